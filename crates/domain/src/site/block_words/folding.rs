//! Texts as block words are compared: without width, case, accents and what nobody sees, and with the way back to the
//! original.

use caseless::Caseless;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use crate::text::invisible::is_ignorable;

/// A character of a folded text, and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Folded {
    pub(super) character: char,
    /// Where the original characters begin that it stands for, with the marks on them.
    pub(super) start: usize,
    /// Where they end.
    pub(super) end: usize,
    /// Whether it is the first of what they fold to (`ß` folds to two).
    pub(super) begins: bool,
    /// Whether it is the last.
    pub(super) ends: bool,
}

/// The folded text.
pub(super) fn fold(text: &str) -> Vec<Folded> {
    let mut folded = Vec::with_capacity(text.len());
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let mut end = start + character.len_utf8();
        let is_alone = characters.peek().is_none_or(|(_, next)| next.is_ascii());
        if character.is_ascii() && is_alone {
            let character = character.to_ascii_lowercase();
            folded.push(Folded { character, start, end, begins: true, ends: true });
            continue;
        }
        while let Some((at, mark)) = characters.next_if(|(_, next)| belongs_to_the_one_before(*next)) {
            end = at + mark.len_utf8();
        }
        let original = text.get(start..end).unwrap_or_default();
        let begin = folded.len();
        folded.extend(compared(original).map(|character| Folded {
            character,
            start,
            end,
            begins: false,
            ends: false,
        }));
        if let Some(first) = folded.get_mut(begin) {
            first.begins = true;
        }
        if let Some(last) = folded.get_mut(begin..).and_then(<[Folded]>::last_mut) {
            last.ends = true;
        }
    }
    folded
}

/// Marks, the voicing of narrow Japanese letters, and the parts of a Korean syllable that stand for themselves.
fn belongs_to_the_one_before(character: char) -> bool {
    canonical_combining_class(character) != 0
        || matches!(character, '\u{1161}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}')
}

/// What is compared of a character and its marks. Accents go, which are strewn over words to hide them; marks that make
/// another letter (Japanese voicing, Indic and Thai signs) stay.
fn compared(original: &str) -> impl Iterator<Item = char> + '_ {
    original
        .nfkd()
        .filter(|character| !is_ignorable(*character) && !is_accent(*character))
        .default_case_fold()
        .nfkd()
        .filter(|character| !is_accent(*character))
        .nfc()
}

/// Accents and overlays (classes 1 and 200 to 240), and the vowels of Hebrew and Arabic (10 to 36), which may be left out.
fn is_accent(character: char) -> bool {
    matches!(canonical_combining_class(character), 1 | 10..=36 | 200..=240)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        fold(text).iter().map(|folded| folded.character).collect()
    }

    #[test]
    fn width_case_accents_and_invisible_signs_make_no_difference() {
        for text in [
            "bad",
            "BAD",
            "ｂａｄ",
            "ＢＡＤ",
            "b\u{301}ád\u{336}",
            "b\u{ad}a\u{200b}d",
            "𝐛𝐚𝐝",
            "ⓑⓐⓓ",
            "b\u{e0061}ad",
        ] {
            assert_eq!(folded(text), "bad", "{text}");
        }
        assert_eq!(folded("Straße ﬁn"), "strasse fin");
        assert_eq!(folded("école e\u{301}cole"), "ecole ecole");
        assert_eq!(folded("Σσς"), "σσσ");
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        assert_ne!(folded("ばか"), folded("はか"));
        assert_eq!(folded("ﾊﾞｶ"), folded("バカ"));
        assert_ne!(folded("की"), folded("का"));
        assert_eq!(folded("\u{1112}\u{1161}\u{11ab}"), "한");
    }

    #[test]
    fn every_character_knows_its_original() {
        let text = "aß\u{200b}e\u{301}!";
        let parts: Vec<_> =
            fold(text).iter().map(|f| (f.character, &text[f.start..f.end], f.begins, f.ends)).collect();
        let expected = [
            ('a', "a", true, true),
            ('s', "ß", true, false),
            ('s', "ß", false, true),
            ('e', "e\u{301}", true, true),
            ('!', "!", true, true),
        ];
        assert_eq!(parts, expected);
    }
}
