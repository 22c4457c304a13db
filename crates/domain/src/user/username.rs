//! The public names of a user: `username` and `uid`.

use crate::user::erased;
use thiserror::Error;

use crate::id::MAX_SAFE_INTEGER;

/// Longest username in bytes (both dialects allow 64).
pub const MAX_USERNAME_BYTES: usize = 64;

/// The unique, case-sensitive name of a user. A RongCloud `userId` is this name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(String);

/// Why a text can't be a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UsernameError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// More than 64 bytes.
    #[error("must be at most 64 bytes long")]
    TooLong,
    /// White space at an end, which a database that pads would not tell apart.
    #[error("must not begin or end with white space")]
    OuterSpace,
    /// A control character, or a comma (RongCloud clients join ids with commas).
    #[error("must not contain a comma or a control character")]
    ForbiddenCharacter,
}

impl Username {
    /// Checks and takes a username.
    ///
    /// # Errors
    /// Says which rule the text breaks.
    pub fn new(text: impl Into<String>) -> Result<Self, UsernameError> {
        let text = text.into();
        if text.is_empty() {
            return Err(UsernameError::Empty);
        }
        if text.len() > MAX_USERNAME_BYTES {
            return Err(UsernameError::TooLong);
        }
        if text.trim() != text {
            return Err(UsernameError::OuterSpace);
        }
        if text.chars().any(|c| c.is_control() || c == ',') {
            return Err(UsernameError::ForbiddenCharacter);
        }
        Ok(Self(text))
    }

    /// Whether nobody may be called so: RongCloud's kits do what a sender of that name tells them to, or it is what is left of users
    /// who were erased.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        self.0 == "rongcloudsystem" || self.0.starts_with(erased::MARK)
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The uid this name dictates, if it is a canonical number.
    #[must_use]
    pub fn dictated_uid(&self) -> Option<Uid> {
        Uid::from_canonical(&self.0)
    }
}

impl std::fmt::Display for Username {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// The public number of a user, 1 to 2^53-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(pub i64);

impl Uid {
    /// Reads a canonical number: digits only, no leading zero, at most 2^53-1.
    #[must_use]
    pub fn from_canonical(text: &str) -> Option<Self> {
        let digits =
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        if !digits {
            return None;
        }
        text.parse().ok().filter(|&number| number <= MAX_SAFE_INTEGER).map(Self)
    }
}

impl std::fmt::Display for Uid {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(out)
    }
}

/// How a Fresns client names a user: `uidOrUsername`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// A canonical number is always a uid.
    Uid(Uid),
    /// Anything else is a username.
    Username(Username),
}

impl UserRef {
    /// Reads `uidOrUsername` (docs/design.md#user).
    ///
    /// # Errors
    /// If the text is no canonical number and no possible username either.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        match Uid::from_canonical(text) {
            Some(uid) => Ok(Self::Uid(uid)),
            None => Username::new(text).map(Self::Username),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_canonical_number_is_a_uid_and_anything_else_a_username() {
        assert_eq!(UserRef::parse("90417"), Ok(UserRef::Uid(Uid(90_417))));
        assert_eq!(UserRef::parse("9007199254740991"), Ok(UserRef::Uid(Uid(MAX_SAFE_INTEGER))));
        for name in
            ["090417", "0", "9007199254740992", "99999999999999999999999", "12345abc", "mira-k", "１２"]
        {
            assert!(matches!(UserRef::parse(name), Ok(UserRef::Username(_))), "{name}");
        }
    }

    #[test]
    fn a_username_has_64_bytes_at_most() {
        assert!(Username::new("é".repeat(32)).is_ok());
        assert_eq!(Username::new("x".repeat(65)), Err(UsernameError::TooLong));
    }

    #[test]
    fn a_username_has_no_outer_space_no_comma_and_no_control_character() {
        assert_eq!(Username::new(""), Err(UsernameError::Empty));
        assert_eq!(Username::new("ann "), Err(UsernameError::OuterSpace));
        assert_eq!(Username::new("\u{3000}ann"), Err(UsernameError::OuterSpace));
        assert_eq!(Username::new("a,b"), Err(UsernameError::ForbiddenCharacter));
        assert_eq!(Username::new("a\0b"), Err(UsernameError::ForbiddenCharacter));
    }

    proptest! {
        #[test]
        fn reading_a_name_never_panics_and_a_number_prints_back(text in "\\PC{0,70}") {
            if let Ok(UserRef::Uid(uid)) = UserRef::parse(&text) {
                prop_assert_eq!(uid.to_string(), text);
            }
        }
    }
}
