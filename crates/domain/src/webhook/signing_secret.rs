//! Secrets of Standard Webhooks, and what is signed with them (docs/webhooks.md#wire).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::access::app_key::Secret;
use crate::time::Millis;

/// What such a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes the key in it has.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Characters of chance in a secret that is made here: as many bytes of key, each one of 62.
pub const FRESH_CHARS: usize = 32;

/// That a text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretError {
    /// It is spelled otherwise.
    #[error("the secret must be whsec_ and base64 behind it")]
    Spelling,
    /// It can be guessed, or is longer than the specification has it.
    #[error("the key in the secret must have 24 to 64 bytes")]
    Length,
}

/// The key in a secret: the bytes that its base64 stands for.
///
/// # Errors
/// See [`SecretError`].
pub fn key(secret: &Secret) -> Result<Vec<u8>, SecretError> {
    let text = secret.reveal().strip_prefix(PREFIX).ok_or(SecretError::Spelling)?;
    let key = STANDARD.decode(text).map_err(|_| SecretError::Spelling)?;
    if KEY_BYTES.contains(&key.len()) { Ok(key) } else { Err(SecretError::Length) }
}

/// A secret over [`FRESH_CHARS`] characters of chance.
#[must_use]
pub fn fresh(chance: &str) -> Secret {
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(chance)))
}

/// The secrets that are signed with, the present one first: while one is rotated, the one before it too.
pub(crate) fn live<'a>(
    present: &'a Secret,
    former: Option<&'a (Secret, Millis)>,
    now: Millis,
) -> impl Iterator<Item = &'a Secret> {
    let former = former.filter(move |(_, until)| now <= *until).map(|(secret, _)| secret);
    std::iter::once(present).chain(former)
}

/// What a signature covers. The id has no dot in it, so nothing can be moved from one part to another.
#[must_use]
pub fn signed_text(id: &str, seconds: i64, body: &str) -> String {
    format!("{id}.{seconds}.{body}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<usize, SecretError> {
        key(&Secret::new(text)).map(|key| key.len())
    }

    #[test]
    fn a_secret_is_base64_of_24_to_64_bytes_behind_its_prefix() {
        assert_eq!(of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"), Ok(24));
        for (wrong, why) in [
            ("", SecretError::Spelling),
            ("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw", SecretError::Spelling),
            ("whsec_***", SecretError::Spelling),
            ("whsec_", SecretError::Length),
            ("whsec_c2hvcnQ=", SecretError::Length),
        ] {
            assert_eq!(of(wrong), Err(why), "{wrong}");
        }
        assert_eq!(of(&format!("whsec_{}", STANDARD.encode([7; 64]))), Ok(64));
        assert_eq!(of(&format!("whsec_{}", STANDARD.encode([7; 65]))), Err(SecretError::Length));
    }

    #[test]
    fn what_is_signed_is_id_time_and_body() {
        assert_eq!(signed_text("msg_1", 7, "{}"), "msg_1.7.{}");
    }

    proptest! {
        #[test]
        fn a_fresh_secret_is_one(chance in "[0-9A-Za-z]{32}") {
            prop_assert_eq!(key(&fresh(&chance)).unwrap(), chance.into_bytes());
        }
    }
}
