//! The parameters that name a conversation or a message (docs/wire/rongcloud.md#conversations).

use sixin_domain::message::uid::MessageName;
use sixin_domain::user::username::Username;

use crate::codes::{Code, Failure};
use crate::fields::{Fields, missing};

/// The conversation of two users; the other types are 2 to 8 and 10 (docs/wire/rongcloud.md#conversations).
const PRIVATE: i64 = 1;

/// A user's id.
pub(crate) fn user(parameter: &str, id: &str) -> Result<Username, Failure> {
    Username::new(id).map_err(|error| Failure::parameter(format!("{parameter} {error}")))
}

/// A user that must be named.
pub(crate) fn required_user(fields: &Fields, parameter: &str) -> Result<Username, Failure> {
    user(parameter, &fields.required_text(parameter)?)
}

/// The other names that are tried for a message, since the endpoints and their answers spell it differently.
const MESSAGE_NAMES: [&str; 4] = ["messageUID", "msgUID", "messageUId", "messageId"];

/// Which message is meant: by its UID or by its number, whichever the client has kept of the answer to its publish.
pub(crate) fn message(fields: &Fields, parameter: &str) -> Result<MessageName, Failure> {
    let mut given = fields.text(parameter)?;
    for other in MESSAGE_NAMES.into_iter().filter(|other| *other != parameter) {
        given = match given {
            None => fields.text(other)?,
            given => given,
        };
    }
    let given = given.ok_or_else(|| missing(parameter))?;
    MessageName::read(&given).ok_or_else(|| {
        let rule = format!(
            "{parameter} must be a messageUID or messageId of a publish, such as 16EA-XU84-007G-FDTH"
        );
        Failure::parameter(rule)
    })
}

/// Refuses conversations that are not those of two users.
pub(crate) fn must_be_private(fields: &Fields) -> Result<(), Failure> {
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
