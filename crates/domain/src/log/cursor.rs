//! What a reader of the log keeps: how far it has come, and in which history.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::Position;

/// Digits of base 36, in the order of their values.
const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
/// An epoch is at most that long.
const EPOCH: usize = 16;
/// Positions stay below 2^53, which every client can count to.
const MOST: i64 = crate::id::MAX_SAFE_INTEGER;

/// How far a reader has come: everything up to a position of a history. To others it is a text without meaning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Names the history: it changes when a backup is restored.
    pub epoch: String,
    /// Up to here, and with it.
    pub position: Position,
}

/// A text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is no cursor: give one back as it was received")]
pub struct CursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; 13];
        let (mut rest, mut length) = (u64::try_from(self.position.0).unwrap_or(0), 0);
        for place in digits.iter_mut().rev() {
            *place =
                usize::try_from(rest % 36).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or(b'0');
            rest /= 36;
            length += 1;
            if rest == 0 {
                break;
            }
        }
        let shown = digits.get(digits.len() - length..).unwrap_or_default();
        write!(formatter, "{}-{}", self.epoch, std::str::from_utf8(shown).unwrap_or_default())
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let (epoch, position) = text.split_once('-').ok_or(CursorError)?;
        let is_plain =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        if epoch.is_empty() || epoch.len() > EPOCH || !is_plain(epoch) || !is_plain(position) {
            return Err(CursorError);
        }
        let position = i64::from_str_radix(position, 36).map_err(|_| CursorError)?;
        if position > MOST {
            return Err(CursorError);
        }
        Ok(Self { epoch: epoch.to_owned(), position: Position(position) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in
            ["", "-", "a", "a-", "-1", "A-1", "a-A", "a-+1", "a--1", "a-1-1", "a b-1", "a-zzzzzzzzzzzzzzz"]
        {
            assert_eq!(text.parse::<Cursor>(), Err(CursorError), "{text}");
        }
        assert_eq!("0123456789abcdefg-1".parse::<Cursor>(), Err(CursorError));
    }

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_was(epoch in "[0-9a-z]{1,16}", position in 0..=MOST) {
            let cursor = Cursor { epoch, position: Position(position) };
            prop_assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<Cursor>();
        }
    }
}
