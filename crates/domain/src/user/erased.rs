//! What is left of a user who was erased: a place in the conversations of others, and nothing that says who it was.

use crate::id::UserId;
use crate::user::username::Uid;

/// What an erased user is called, and what its messages say.
pub const MARK: &str = "[erased]";

/// Uids of erased users begin here: no user is given such a number, and it stays below 2^53.
const UIDS: i64 = 9_000_000_000_000_000;

/// The username that is left. Nobody else has it, since the number is the user's own.
#[must_use]
pub fn username(user: UserId) -> String {
    format!("[erased]{}", user.0)
}

/// The uid that is left.
#[must_use]
pub fn uid(user: UserId) -> Uid {
    Uid(UIDS.saturating_add(user.0))
}

/// The public id that is left of an account of which no user is.
#[must_use]
pub fn aid(user: UserId) -> String {
    format!("erased{}", user.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::username::Username;

    #[test]
    fn what_is_left_can_be_a_name_and_a_number() {
        let user = UserId(1_234_567);
        assert!(Username::new(username(user)).is_ok());
        assert_ne!(username(user), username(UserId(2)));
        assert_eq!(Uid::from_canonical(&uid(user).to_string()), Some(uid(user)));
        assert!(aid(user).bytes().all(|byte| byte.is_ascii_alphanumeric()) && aid(user).len() <= 32);
    }
}
