//! The parameters that name a conversation or a message (facts: rongcloud 8, 9, 13).

use sixin_domain::id::MessageId;
use sixin_domain::message_uid;
use sixin_domain::username::Username;

use super::codes::{Code, Failure};
use super::fields::Fields;

/// Longest UID that is taken, in bytes (facts: rongcloud 5.3).
const MAX_UID_BYTES: usize = 64;
/// The conversation of two users; the other types are 2 to 8 and 10 (facts: rongcloud 13).
const PRIVATE: i64 = 1;

/// A user's id.
pub(super) fn user(parameter: &str, id: &str) -> Result<Username, Failure> {
    Username::new(id).map_err(|error| Failure::parameter(format!("{parameter} {error}")))
}

/// A user that must be named.
pub(super) fn required_user(fields: &Fields, parameter: &str) -> Result<Username, Failure> {
    user(parameter, &fields.required_text(parameter)?)
}

/// The message of a UID; `None` if it is none that this server has made, which is nobody's mistake: the official
/// test-suite asks for made-up ones.
pub(super) fn message(fields: &Fields, parameter: &str) -> Result<Option<MessageId>, Failure> {
    let uid = fields.required_text(parameter)?;
    if uid.len() > MAX_UID_BYTES {
        return Err(Failure::parameter(format!("{parameter} must be at most {MAX_UID_BYTES} bytes long")));
    }
    Ok(message_uid::decode(&uid))
}

/// Refuses conversations that are not those of two users.
pub(super) fn must_be_private(fields: &Fields) -> Result<(), Failure> {
    match fields.integer("conversationType")? {
        Some(PRIVATE) => Ok(()),
        Some(2..=8 | 10) => Err(Failure::new(
            Code::NotOneToOne,
            "sixin is for one-to-one messages; conversationType must be 1",
        )),
        Some(_) => Err(Failure::parameter("conversationType must be 1")),
        None => Err(Failure::parameter("conversationType is missing or empty; give it")),
    }
}
