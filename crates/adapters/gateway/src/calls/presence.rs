//! Who is online.
use super::{Answer, Caller};
use crate::codes::Code;
use crate::wire::users::{QrySubDataReq, UpdateUserSubReq};

pub(crate) async fn watch(_: &Caller<'_>, _: UpdateUserSubReq) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
pub(crate) async fn of_some(_: &Caller<'_>, _: QrySubDataReq) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
pub(crate) fn kept(_: &Caller<'_>) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
