//! Texts of frames: two bytes of length, then what the SDK takes for UTF-8. It writes each half of a surrogate pair as three
//! bytes of its own (CESU-8), and reads true UTF-8.

/// A text as the SDK has written it; `None` of what is no text.
pub(crate) fn read(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        if let Some((high, after)) = half(rest, 0xA0)
            && let Some((low, after)) = half(after, 0xB0)
        {
            text.push(char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?);
            rest = after;
            continue;
        }
        let length = match rest.first()? {
            0..=0x7F => 1,
            0xC0..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        };
        let (one, after) = rest.split_at_checked(length)?;
        text.push_str(std::str::from_utf8(one).ok()?);
        rest = after;
    }
    Some(text)
}

/// Half of a pair in three bytes, the second of which has that kind, and what comes after it.
fn half(bytes: &[u8], kind: u8) -> Option<(u32, &[u8])> {
    let ([0xED, second, third], after) = bytes.split_first_chunk::<3>()? else { return None };
    (second & 0xF0 == kind && third & 0xC0 == 0x80)
        .then(|| (0xD000 | u32::from(second & 0x3F) << 6 | u32::from(third & 0x3F), after))
}

/// Adds a text to a frame. What does not fit into a length of two bytes is cut, between characters.
pub(crate) fn write(frame: &mut Vec<u8>, text: &str) {
    let text = beginning(text, usize::from(u16::MAX));
    frame.extend_from_slice(&u16::try_from(text.len()).unwrap_or(0).to_be_bytes());
    frame.extend_from_slice(text.as_bytes());
}

/// As many whole characters of a text as fit into so many bytes.
pub(crate) fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the SDK does: each unit of UTF-16 by itself.
    fn written_by_the_sdk(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for unit in text.encode_utf16() {
            match unit {
                0..=0x7F => bytes.push(u8::try_from(unit).unwrap()),
                0x80..=0x7FF => bytes.extend([0xC0 | (unit >> 6) as u8, 0x80 | (unit & 0x3F) as u8]),
                _ => bytes.extend([
                    0xE0 | (unit >> 12) as u8,
                    0x80 | (unit >> 6 & 0x3F) as u8,
                    0x80 | (unit & 0x3F) as u8,
                ]),
            }
        }
        bytes
    }

    proptest! {
        #[test]
        fn a_text_is_read_as_the_sdk_writes_it(text in "(\\PC|[😀ß语\u{0}])*") {
            prop_assert_eq!(read(&written_by_the_sdk(&text)), Some(text.clone()));
            prop_assert_eq!(read(text.as_bytes()), Some(text));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = read(&bytes);
        }
    }

    #[test]
    fn half_a_pair_is_no_text() {
        let both = written_by_the_sdk("😀");
        assert_eq!(both.len(), 6);
        assert_eq!(read(&both[..3]), None);
        assert_eq!(read(&both[3..]), None);
        assert_eq!(read(&[both[3..].to_vec(), both[..3].to_vec()].concat()), None);
    }
}
