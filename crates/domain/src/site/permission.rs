//! The permissions of roles this server looks at, and what they take.

use serde_json::Value;
use thiserror::Error;

use crate::text::alike::alike;

/// What a permission holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Whether something may be done.
    Flag,
    /// How much of something, 0 for nothing at all.
    Number,
}

/// Every permission that has an effect, and what it decides.
pub const PERMISSIONS: &[(&str, Takes, &str)] = &[
    ("conversation", Takes::Flag, "whether its users may send messages"),
    ("follow_user_max_count", Takes::Number, "how many users one may follow"),
    ("block_user_max_count", Takes::Number, "how many users one may block"),
    ("image_max_size", Takes::Number, "largest image, in megabytes"),
    ("video_max_size", Takes::Number, "largest video, in megabytes"),
    ("audio_max_size", Takes::Number, "largest audio file, in megabytes"),
    ("document_max_size", Takes::Number, "largest document, in megabytes"),
    ("video_max_time", Takes::Number, "longest video, in seconds"),
    ("audio_max_time", Takes::Number, "longest audio file, in seconds"),
];

/// Why a permission is not set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PermissionError {
    /// Nothing looks at it.
    #[error("there is no permission {key}; {advice}")]
    Unknown {
        /// What was asked for.
        key: String,
        /// What there is.
        advice: String,
    },
    /// The name can't be one.
    #[error("the name of a permission has 1 to 64 small letters, digits and underscores, not {0:?}")]
    BadName(String),
    /// The value does not fit.
    #[error("the permission {key} takes {expected}, not {value:?}")]
    BadValue {
        /// Which permission.
        key: &'static str,
        /// What it takes.
        expected: &'static str,
        /// What was given.
        value: String,
    },
}

/// Checks a permission and its value. With `is_custom`, one that only clients look at is taken too, with any value.
///
/// # Errors
/// See [`PermissionError`].
pub fn check(key: &str, value: &str, is_custom: bool) -> Result<(), PermissionError> {
    let Some((key, takes, _)) = PERMISSIONS.iter().find(|(known, ..)| *known == key) else {
        return check_foreign(key, is_custom);
    };
    let given: Option<Value> = serde_json::from_str(value).ok();
    let (fits, expected) = match takes {
        Takes::Flag => (given.is_some_and(|given| given.is_boolean()), "true or false"),
        Takes::Number => {
            let number = given.and_then(|given| given.as_i64());
            (
                number.is_some_and(|number| (0..=1_000_000).contains(&number)),
                "a whole number from 0 to 1000000",
            )
        }
    };
    if fits { Ok(()) } else { Err(PermissionError::BadValue { key, expected, value: value.to_owned() }) }
}

fn check_foreign(key: &str, is_custom: bool) -> Result<(), PermissionError> {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if key.is_empty() || key.len() > 64 || !key.bytes().all(is_word) {
        return Err(PermissionError::BadName(key.to_owned()));
    }
    if is_custom {
        return Ok(());
    }
    let names = || PERMISSIONS.iter().map(|(name, ..)| *name);
    let near = alike(key, names());
    let advice = if near.is_empty() {
        format!("there are {}", names().collect::<Vec<_>>().join(", "))
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Err(PermissionError::Unknown { key: key.to_owned(), advice })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_permission() {
        for (key, value) in [("conversation", "true"), ("conversation", "false"), ("image_max_size", "0")] {
            assert_eq!(check(key, value, false), Ok(()), "{key} {value}");
        }
        for (key, value) in [
            ("conversation", "yes"),
            ("conversation", "1"),
            ("image_max_size", "-1"),
            ("image_max_size", "big"),
        ] {
            assert!(
                matches!(check(key, value, true), Err(PermissionError::BadValue { .. })),
                "{key} {value}"
            );
        }
    }

    #[test]
    fn unknown_ones_are_refused_with_what_was_meant_unless_they_are_for_clients() {
        let error = check("conversatoin", "true", false).unwrap_err().to_string();
        assert!(error.contains("did you mean conversation?"), "{error}");
        let error = check("zzz", "true", false).unwrap_err().to_string();
        assert!(error.contains("image_max_size"), "{error}");
        assert_eq!(check("post_publish", "true", true), Ok(()));
        assert!(matches!(check("Post Publish", "true", true), Err(PermissionError::BadName(_))));
    }
}
