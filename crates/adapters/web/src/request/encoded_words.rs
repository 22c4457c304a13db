//! Words as mails write them (RFC 2047): `=?UTF-8?B?...?=`. Java's mail library and Spring name files so.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use encoding_rs::Encoding;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The text with its encoded words read; what is none stays as it is.
pub(super) fn decoded(text: &str) -> String {
    let (mut all, mut rest) = (String::new(), text);
    let mut follows_word = false;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        // Blanks between two words only stand there because words are short.
        if !(follows_word && before.trim().is_empty()) {
            all.push_str(before);
        }
        match word(from) {
            Some((meant, behind)) => {
                all.push_str(&meant);
                (rest, follows_word) = (behind, true);
            }
            None => {
                all.push_str("=?");
                (rest, follows_word) = (from.get(2..).unwrap_or_default(), false);
            }
        }
    }
    all.push_str(rest);
    all
}

/// What the word means that a text begins with, and what stands behind it.
fn word(text: &str) -> Option<(String, &str)> {
    let mut parts = text.strip_prefix("=?")?.splitn(3, '?');
    let (set, way, rest) = (parts.next()?, parts.next()?, parts.next()?);
    let (written, behind) = rest.split_once("?=")?;
    let bytes = match way {
        "B" | "b" => BASE64.decode(written.trim()).ok()?,
        "Q" | "q" => quoted(written),
        _ => return None,
    };
    // A language may stand behind the character set (RFC 2231).
    let set = set.split('*').next().unwrap_or_default();
    let text =
        Encoding::for_label(set.as_bytes())?.decode_without_bom_handling_and_without_replacement(&bytes)?;
    Some((text.into_owned(), behind))
}

/// Bytes of which some are written as `=` and two digits, and blanks as `_`.
fn quoted(written: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::new(), written.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        (bytes, rest) = match (first, escaped) {
            (b'=', Some(byte)) => (with(bytes, byte), behind.get(2..).unwrap_or_default()),
            (b'_', _) => (with(bytes, b' '), behind),
            _ => (with(bytes, *first), behind),
        };
    }
    bytes
}

fn with(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn words_are_read_and_all_else_stays() {
        for (text, meant) in [
            ("cat.png", "cat.png"),
            ("=?UTF-8?B?54yr?= =?UTF-8?B?LnBuZw==?=", "猫.png"),
            ("=?UTF-8?B?54yr?=_=?UTF-8?Q?a_b?=.png", "猫_a b.png"),
            ("=?UTF-8?B?54yrLnBuZw?=", "猫.png"),
            ("=?utf-8*zh?q?=E7=8C=AB?=", "猫"),
            ("=?utf-8?q?a=zz?=", "a=zz"),
            ("=?x-none?q?a?=", "=?x-none?q?a?="),
            ("=?utf-8?B?!!?=", "=?utf-8?B?!!?="),
            ("=?utf-8?q?=FF?=", "=?utf-8?q?=FF?="),
            ("a=?b", "a=?b"),
            ("=?utf-8?q?a", "=?utf-8?q?a"),
        ] {
            assert_eq!(decoded(text), meant, "{text}");
        }
    }
}
