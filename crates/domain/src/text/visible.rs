//! What of a text can be seen, and what of it deceives whoever reads it.

use crate::text::invisible::is_ignorable;

/// The blank of Braille, which is no white space and has nothing to see all the same.
const BRAILLE_BLANK: char = '\u{2800}';

/// Whether there is nothing to see in a text: it is empty, or white space, control and invisible characters are all it has.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control() || is_ignorable(c) || c == BRAILLE_BLANK)
}

/// Characters that turn the direction of writing, and so make `gpj.exe` look like `exe.jpg`.
#[must_use]
pub fn is_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a text is one line that reads as it stands: without control characters, without those that end a line, and
/// without those that turn it around.
#[must_use]
pub fn is_line(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_direction(c))
}

/// Whether a text can be a name: names stand in lists and headings beside others, so they are one line, and there is
/// something to see in them.
#[must_use]
pub fn is_name(text: &str) -> bool {
    is_line(text) && !is_blank(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_something_to_see_in_it() {
        for text in
            ["", " ", "\u{200b}", "\u{ad}\u{200d}\u{2060}", "\u{3164}", "\u{2800}", "\u{feff} \u{3000}"]
        {
            assert!(is_blank(text) && !is_name(text), "{text:?}");
        }
        for text in ["a", "👩\u{200d}🚀", "❤\u{fe0f}", "می\u{200c}خواهم", "한", "\u{ad}x", "."]
        {
            assert!(!is_blank(text) && is_name(text), "{text:?}");
        }
    }

    #[test]
    fn nothing_in_a_name_turns_the_text_around_or_ends_the_line() {
        for c in ['\u{61c}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}'] {
            assert!(!is_name(&format!("ann{c}a")), "{c:?}");
        }
        for c in ['\n', '\r', '\0', '\u{85}', '\u{7f}', '\u{2028}', '\u{2029}'] {
            assert!(!is_name(&format!("ann{c}a")), "{c:?}");
        }
        assert!(is_name("שרה") && is_name("سارة"), "what is written from the right is not turned around");
    }

    proptest! {
        #[test]
        fn a_text_with_a_letter_is_never_blank(before in "\\PC{0,8}", after in "\\PC{0,8}") {
            let text = format!("{before}x{after}");
            prop_assert!(!is_blank(&text));
            prop_assert_eq!(is_name(&text), is_line(&text));
        }
    }
}
