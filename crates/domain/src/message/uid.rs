//! The text form of a message id that RongCloud clients know: four groups of four characters.

use crate::id::{MAX_SAFE_INTEGER, MessageId};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKLMNPQRSTUVWX";
const CHECK_BITS: u32 = 27;

/// The UID of a message: its id and 27 check bits, so that a mistyped UID is recognised without a look-up.
///
/// Nothing is stored: the id can be read back from the text (docs/wire/rongcloud.md#message-uid).
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

/// What a text names that is to name a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageName {
    /// The message with that id, by its number.
    Number(MessageId),
    /// The message with that id, by its UID.
    Uid(MessageId),
    /// A text with the shape of a UID that this server has never made.
    ForeignUid,
}

impl MessageName {
    /// Reads a number or a UID, the latter in any case. Blanks around it don't count: it is copied out of tables and logs.
    /// `None`: the text has the shape of neither.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse().ok().filter(|number| *number <= MAX_SAFE_INTEGER);
            return number.map(|number| Self::Number(MessageId(number)));
        }
        let is_group =
            |group: &str| group.len() == 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if text.split('-').count() != 4 || !text.split('-').all(is_group) {
            return None;
        }
        Some(decode(&text.to_ascii_uppercase()).map_or(Self::ForeignUid, Self::Uid))
    }

    /// The id, if it can be one of ours.
    #[must_use]
    pub fn id(self) -> Option<MessageId> {
        match self {
            Self::Number(id) | Self::Uid(id) => Some(id),
            Self::ForeignUid => None,
        }
    }
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

    proptest! {
        #[test]
        fn a_message_is_named_by_its_number_and_by_its_uid_however_that_is_written(id in 0i64..=MAX_SAFE_INTEGER) {
            let id = MessageId(id);
            let uid = encode(id);
            for text in [uid.clone(), uid.to_lowercase(), format!(" {uid}\n"), format!("\t{}", uid.to_lowercase())] {
                prop_assert_eq!(MessageName::read(&text), Some(MessageName::Uid(id)));
            }
            for text in [id.to_string(), format!(" {id} "), format!("000{id}")] {
                prop_assert_eq!(MessageName::read(&text), Some(MessageName::Number(id)));
            }
        }

        #[test]
        fn no_text_makes_a_name_panic(text in "\\PC{0,24}") {
            let _ = MessageName::read(&text);
        }
    }

    #[test]
    fn only_what_has_the_shape_of_a_uid_can_be_a_foreign_one() {
        for text in ["5FGT-7VA9-G4DD-4V5P", "zzzz-zzzz-zzzz-zzzz", "0000-0000-0000-0001"] {
            assert_eq!(MessageName::read(text), Some(MessageName::ForeignUid), "{text}");
        }
        for text in [
            "",
            " ",
            "x",
            "5FGT-7VA9-G4DD",
            "5FGT-7VA9-G4DD-4V5",
            "5FGT7VA9G4DD4V5P",
            "5FGT-7VA9-G4DD-4V5P-",
            "5FGT-7VA9-G4DD-4V5_",
            "-1",
            "1.5",
            "9007199254740992",
            "99999999999999999999",
            "型型型型-型型型型-型型型型-型型型型",
        ] {
            assert_eq!(MessageName::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_mistyped_uid_is_recognised() {
        let uid = encode(MessageId(1_234_567_890_123));
        let wrong = uid.replacen(&uid[0..1], if &uid[0..1] == "5" { "6" } else { "5" }, 1);
        assert_eq!(decode(&wrong), None);
    }
}
