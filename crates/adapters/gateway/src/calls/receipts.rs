//! Receipts.
use super::{Answer, Caller, found};
use crate::codes::Code;
use crate::wire::receipts::{EventChangeList, QueryMsgChange, QueryReceipt, QueryReceiptBatchReq, ReadReceipt};

pub(crate) async fn pull_changes(caller: &Caller<'_>, asked: QueryMsgChange) -> Result<Answer, Code> {
    let sync_time = if asked.sync_time == 0 { caller.now().0 } else { asked.sync_time };
    Ok(found(&EventChangeList { list: Vec::new(), sync_time, has_next: false }))
}
pub(crate) async fn receive(_: &Caller<'_>, _: ReadReceipt) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
pub(crate) async fn of_several(_: &Caller<'_>, _: QueryReceiptBatchReq) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
pub(crate) async fn of_one(_: &Caller<'_>, _: QueryReceipt) -> Result<Answer, Code> {
    Err(Code::UNSUPPORTED)
}
