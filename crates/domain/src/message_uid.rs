//! The text form of a message id that RongCloud clients know: four groups of four characters.

use crate::id::{MAX_SAFE_INTEGER, MessageId};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
const CHECK_BITS: u32 = 27;

/// The UID of a message: its id and 27 check bits, so that a mistyped UID is recognised without a look-up.
///
/// Nothing is stored: the id can be read back from the text (facts: rongcloud 5.3 gives the shape).
#[must_use]
pub fn encode(id: MessageId) -> String {
    let id = u128::from(id.0.unsigned_abs() & MAX_SAFE_INTEGER.unsigned_abs());
    let bits = (id << CHECK_BITS) | check(id);
    let mut text = String::with_capacity(19);
    for position in (0..16u32).rev() {
        let digit = usize::try_from((bits >> (position * 5)) & 31).unwrap_or_default();
        text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
        if position % 4 == 0 && position > 0 {
            text.push('-');
        }
    }
    text
}

/// The message id in a UID, or `None` if the text is not a UID of ours.
#[must_use]
pub fn decode(uid: &str) -> Option<MessageId> {
    let groups: Vec<&str> = uid.split('-').collect();
    if groups.len() != 4 || groups.iter().any(|group| group.len() != 4) {
        return None;
    }
    let mut bits = 0u128;
    for byte in groups.concat().bytes() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        bits = (bits << 5) | u128::try_from(digit).ok()?;
    }
    let id = bits >> CHECK_BITS;
    (bits & ((1 << CHECK_BITS) - 1) == check(id)).then_some(MessageId(i64::try_from(id).ok()?))
}

/// Spreads the id over 27 bits (the multiplier is the 64-bit golden ratio).
fn check(id: u128) -> u128 {
    id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40 & ((1 << CHECK_BITS) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_uid_has_the_official_shape_and_reads_back(id in 0i64..=MAX_SAFE_INTEGER) {
            let uid = encode(MessageId(id));
            prop_assert_eq!(uid.len(), 19);
            prop_assert!(uid.split('-').all(|group| group.len() == 4 && group.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())));
            prop_assert_eq!(decode(&uid), Some(MessageId(id)));
        }

        #[test]
        fn any_other_text_is_no_uid(text in "\\PC{0,24}") {
            if let Some(id) = decode(&text) {
                prop_assert_eq!(encode(id), text);
            }
        }
    }

    #[test]
    fn a_mistyped_uid_is_recognised() {
        let uid = encode(MessageId(1_234_567_890_123));
        let wrong = uid.replacen(&uid[0..1], if &uid[0..1] == "5" { "6" } else { "5" }, 1);
        assert_eq!(decode(&wrong), None);
    }
}
