//! Hashes of passwords: Argon2id is made, and bcrypt, as PHP makes it, is understood.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use async_trait::async_trait;
use sixin_application::access::ports::{PasswordCheck, PasswordError, PasswordHasher};
use sixin_application::bulkhead::{Bulkhead, Overload};
use sixin_domain::access::app_key::Secret;

/// How many are hashed at a time: each takes a core and 19 MiB for a while, and messages come first.
const AT_A_TIME: usize = 2;
/// How many may wait for that.
const WAITING: usize = 64;
/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(5);
/// What stands for the salt of nobody's hash.
const NO_SALT: &[u8] = b"nobody has this!";

/// [`PasswordHasher`] on the threads for blocking work.
#[derive(Debug)]
pub struct Passwords(Bulkhead);

impl Default for Passwords {
    fn default() -> Self {
        Self(Bulkhead::new(AT_A_TIME, WAITING, PATIENCE))
    }
}

impl Passwords {
    /// Runs slow work under a permit.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        self.0.run(work).await.unwrap_or_else(|none| {
            Err(match none {
                Overload::Busy => PasswordError::Busy,
                Overload::Broken => PasswordError::Fault,
            })
        })
    }
}

#[async_trait]
impl PasswordHasher for Passwords {
    async fn hash(&self, password: &Secret) -> Result<String, PasswordError> {
        let password = password.clone();
        self.in_turn(move || hash(password.reveal().as_bytes())).await
    }

    async fn check<'a>(
        &self,
        password: &Secret,
        hash: Option<&'a str>,
    ) -> Result<PasswordCheck, PasswordError> {
        let (password, hash) = (password.clone(), hash.map(str::to_owned));
        self.in_turn(move || check(password.reveal().as_bytes(), hash.as_deref())).await
    }
}

fn hash(password: &[u8]) -> Result<String, PasswordError> {
    let hash: PasswordHash = Argon2::default().hash_password(password).map_err(|_| PasswordError::Fault)?;
    Ok(hash.to_string())
}

fn check(password: &[u8], hash: Option<&str>) -> Result<PasswordCheck, PasswordError> {
    let Some(hash) = hash else { return as_long_as_with_a_hash(password) };
    if ["$2y$", "$2a$", "$2b$"].iter().any(|kind| hash.starts_with(kind)) {
        let is_right = bcrypt::verify(password, hash).map_err(|_| PasswordError::Fault)?;
        return Ok(if is_right { PasswordCheck::Right { is_outdated: true } } else { PasswordCheck::Wrong });
    }
    let hash = PasswordHash::new(hash).map_err(|_| PasswordError::Fault)?;
    match Argon2::default().verify_password(password, &hash) {
        Ok(()) => Ok(PasswordCheck::Right { is_outdated: false }),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(PasswordCheck::Wrong),
        Err(_) => Err(PasswordError::Fault),
    }
}

/// The same work without anything to compare with.
fn as_long_as_with_a_hash(password: &[u8]) -> Result<PasswordCheck, PasswordError> {
    let mut output = [0; 32];
    Argon2::default().hash_password_into(password, NO_SALT, &mut output).map_err(|_| PasswordError::Fault)?;
    std::hint::black_box(output);
    Ok(PasswordCheck::Wrong)
}

#[cfg(test)]
mod tests;
