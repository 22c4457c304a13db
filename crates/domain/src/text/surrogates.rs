//! Halves of surrogate pairs, which JSON can spell and no text can hold.

/// What is wrong with a text that holds such a half.
pub const HALF_A_PAIR: &str = "must not hold half a surrogate pair (\\uD800 to \\uDFFF alone)";

/// Whether a JSON text spells half a surrogate pair (`\ud800` alone). Most readers of JSON can't read such a string, so one
/// that is kept as it came would be a text that some clients can't show.
#[must_use]
pub fn has_lone_surrogate(json: &str) -> bool {
    let mut rest = json;
    while let Some((_, escape)) = rest.split_once('\\') {
        rest = match unit(escape) {
            Some((0xD800..=0xDBFF, after)) => match after.strip_prefix('\\').and_then(unit) {
                Some((0xDC00..=0xDFFF, after)) => after,
                _ => return true,
            },
            Some((0xDC00..=0xDFFF, _)) => return true,
            Some((_, after)) => after,
            // Of another escape one character stands for itself, as of an escaped backslash.
            None => escape.chars().next().map_or("", |one| escape.get(one.len_utf8()..).unwrap_or_default()),
        };
    }
    false
}

/// The code unit after the backslash of an escape, and what follows.
fn unit(escape: &str) -> Option<(u16, &str)> {
    let digits = escape.strip_prefix('u')?;
    let unit = u16::from_str_radix(digits.get(..4)?, 16).ok()?;
    Some((unit, digits.get(4..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_are_told_from_pairs_and_from_escaped_backslashes() {
        for json in [
            r#""\ud800""#,
            r#""\uDFFF""#,
            r#""\ud83d\n\ude00""#,
            r#""\ude00\ud83d""#,
            r#""\ud83d\ud83d\ude00""#,
            r#""a\\\ud800""#,
        ] {
            assert!(has_lone_surrogate(json), "{json}");
        }
        for json in [
            "",
            r#""\ud83d\ude00""#,
            r#""\\ud800""#,
            r#""\n\u0041\\""#,
            r#""\\\\ud800""#,
            r"\",
            r"\u",
            r"\u12",
            r"\u型",
        ] {
            assert!(!has_lone_surrogate(json), "{json}");
        }
    }

    proptest! {
        #[test]
        fn it_says_no_exactly_where_json_can_be_read(parts in proptest::collection::vec(
            prop_oneof![Just("\\ud83d"), Just("\\ude00"), Just("\\\\"), Just("\\n"), Just("u"), Just("a"), Just("型"), Just("\\u0041")], 0..8)
        ) {
            let json = format!("\"{}\"", parts.concat());
            prop_assert_eq!(has_lone_surrogate(&json), serde_json::from_str::<String>(&json).is_err(), "{}", json);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\\\ud8c0-9a-f\"型]{0,40}") {
            let _ = has_lone_surrogate(&text);
        }
    }
}
