//! Those who run a site: who they are, what each may do, and what is written down of it.

pub mod audit;
pub mod permission;
pub mod second_factor;
pub mod session;

use std::fmt;

use thiserror::Error;

use crate::id::OperatorId;
use crate::time::Millis;

/// What an operator is. Whoever comes later in this list may do all that those before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorRole {
    /// Looks at how the site does, and at no message.
    Viewer,
    /// Helps users, and looks at what they complain about.
    Support,
    /// May do everything.
    Administrator,
}

impl OperatorRole {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Support, Self::Administrator];

    /// What it is called on the command line, in the API and in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Support => "support",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Why something is no name of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "the name of an operator is 1 to 64 letters of ASCII, digits and . _ @ -, and begins with a letter or digit"
)]
pub struct OperatorNameError;

/// What an operator signs in as. Small and large letters are the same, so it is kept in small ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorName(String);

impl OperatorName {
    /// Reads a name.
    ///
    /// # Errors
    /// If it is none.
    pub fn new(text: &str) -> Result<Self, OperatorNameError> {
        let begins_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._@-".contains(&byte);
        if !begins_well || text.len() > 64 || !text.bytes().all(is_plain) {
            return Err(OperatorNameError);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OperatorName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

/// Somebody who runs the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator {
    /// Its number.
    pub id: OperatorId,
    /// What it signs in as.
    pub name: OperatorName,
    /// What it may do.
    pub role: OperatorRole,
    /// Whether it may do anything at all.
    pub is_enabled: bool,
    /// When it was made.
    pub created_at: Millis,
    /// When it last signed in.
    pub signed_in_at: Option<Millis>,
    /// Whether it proves more than its password.
    pub has_second_factor: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain_and_small() {
        for (text, name) in [("Ann", "ann"), ("a", "a"), ("7.ops_x-Y@Example.org", "7.ops_x-y@example.org")] {
            assert_eq!(OperatorName::new(text).unwrap().as_str(), name);
        }
        for wrong in ["", " ann", "ann ", "-ann", "änn", "a\u{0}", "a/b", &"x".repeat(65)] {
            assert_eq!(OperatorName::new(wrong), Err(OperatorNameError), "{wrong:?}");
        }
        assert!(OperatorName::new(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn roles_are_known_by_their_names() {
        for role in OperatorRole::ALL {
            assert_eq!(OperatorRole::from_name(role.name()), Some(role));
        }
        assert_eq!(OperatorRole::from_name("root"), None);
    }
}
