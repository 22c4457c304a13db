use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use thiserror::Error;

/// Whether a password is that of a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is not.
    Wrong,
    /// It is.
    Right {
        /// The hash was made in an older way and should be replaced.
        is_outdated: bool,
    },
}

/// Why a password was neither hashed nor checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Too many wait already, or this one has waited too long.
    #[error("too many passwords are being checked; try again")]
    Busy,
    /// A fault on our side: what is stored is no hash, or there is no randomness.
    #[error("a password could not be hashed or checked")]
    Fault,
}

/// Hashes of passwords. Both are slow on purpose, so implementations MUST bound how many run and wait at a time, and
/// MUST NOT hold up async threads.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// A hash to be stored, with a salt of its own.
    async fn hash(&self, password: &Secret) -> Result<String, PasswordError>;

    /// Whether the password is that of the hash. Without a hash it is wrong, which MUST take as long to say as with one.
    async fn check<'a>(
        &self,
        password: &Secret,
        hash: Option<&'a str>,
    ) -> Result<PasswordCheck, PasswordError>;
}
