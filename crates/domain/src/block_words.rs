//! Words that are replaced in messages, or for which a message is refused (facts: fresns 6.5).

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};
use caseless::Caseless;

use crate::refusal::Refusal;

/// What happens to a message that contains a word, column `block_words.conversation_mode`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordMode {
    /// 2: the word is replaced; `None` removes it.
    Replace(Option<String>),
    /// 3: the message is refused.
    Refuse,
}

/// A block word that concerns conversations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockWord {
    /// The word, in any case.
    pub word: String,
    /// What happens.
    pub mode: WordMode,
}

/// All block words as one automaton.
#[derive(Debug)]
pub struct BlockWordFilter {
    automaton: Option<AhoCorasick>,
    modes: Vec<WordMode>,
}

/// A word found in the original text: byte range, and which word.
struct Hit {
    start: usize,
    end: usize,
    word: usize,
}

impl BlockWordFilter {
    /// Builds the automaton. Words are compared by Unicode case folding; empty ones are left out.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = BlockWord>) -> Self {
        let (folded, modes): (Vec<String>, Vec<WordMode>) = words
            .into_iter()
            .map(|word| (word.word.chars().default_case_fold().collect::<String>(), word.mode))
            .filter(|(folded, _)| !folded.is_empty())
            .unzip();
        let automaton = if folded.is_empty() {
            None
        } else {
            AhoCorasick::builder().match_kind(MatchKind::Standard).build(&folded).ok()
        };
        Self { automaton, modes }
    }

    /// The text as it may be stored: unchanged, or with words replaced in one pass from left to right, the longest
    /// word first.
    ///
    /// # Errors
    /// [`Refusal::ForbiddenWord`] if the text contains a refused word, or if nothing is left of it.
    pub fn apply<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Refusal> {
        let Some(automaton) = &self.automaton else { return Ok(Cow::Borrowed(text)) };
        let mut hits = find(automaton, text);
        if hits.iter().any(|hit| self.modes.get(hit.word) == Some(&WordMode::Refuse)) {
            return Err(Refusal::ForbiddenWord);
        }
        if hits.is_empty() {
            return Ok(Cow::Borrowed(text));
        }
        hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
        let replaced = self.replace(text, &hits);
        if replaced.trim().is_empty() { Err(Refusal::ForbiddenWord) } else { Ok(Cow::Owned(replaced)) }
    }

    /// A text that was stored before, as it may be shown now: words that are replaced today are. Nothing is refused: what
    /// was allowed when it was sent stays.
    #[must_use]
    pub fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let Some(automaton) = &self.automaton else { return Cow::Borrowed(text) };
        let mut hits = find(automaton, text);
        hits.retain(|hit| matches!(self.modes.get(hit.word), Some(WordMode::Replace(_))));
        if hits.is_empty() {
            return Cow::Borrowed(text);
        }
        hits.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
        Cow::Owned(self.replace(text, &hits))
    }

    fn replace(&self, text: &str, hits: &[Hit]) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for hit in hits {
            if hit.start < done {
                continue;
            }
            replaced.push_str(text.get(done..hit.start).unwrap_or_default());
            if let Some(WordMode::Replace(Some(with))) = self.modes.get(hit.word) {
                replaced.push_str(with);
            }
            done = hit.end;
        }
        replaced.push_str(text.get(done..).unwrap_or_default());
        replaced
    }
}

/// All words in the text, also overlapping ones, with their place in the unfolded text.
///
/// A hit that begins or ends inside the folding of one character (the `s` in `ß`, which folds to `ss`) is none.
fn find(automaton: &AhoCorasick, text: &str) -> Vec<Hit> {
    let mut folded = String::with_capacity(text.len());
    // For each byte of the folded text: where its character begins in the original, if it begins a folding.
    let mut origin: Vec<Option<usize>> = Vec::with_capacity(text.len() + 1);
    for (at, character) in text.char_indices() {
        let begin = folded.len();
        folded.extend(std::iter::once(character).default_case_fold());
        origin.resize(folded.len(), None);
        if let Some(slot) = origin.get_mut(begin) {
            *slot = Some(at);
        }
    }
    origin.push(Some(text.len()));
    let place = |at: usize| origin.get(at).copied().flatten();
    automaton
        .find_overlapping_iter(&folded)
        .filter_map(|hit| {
            Some(Hit { start: place(hit.start())?, end: place(hit.end())?, word: hit.pattern().as_usize() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn replace(word: &str, with: &str) -> BlockWord {
        BlockWord { word: word.into(), mode: WordMode::Replace(Some(with.into())) }
    }

    fn refuse(word: &str) -> BlockWord {
        BlockWord { word: word.into(), mode: WordMode::Refuse }
    }

    fn apply(words: &[BlockWord], text: &str) -> Result<String, Refusal> {
        BlockWordFilter::new(words.iter().cloned()).apply(text).map(Cow::into_owned)
    }

    #[test]
    fn a_refused_word_refuses_wherever_it_stands() {
        for text in ["bad", "a badge", "BAD", "xxbadxx"] {
            assert_eq!(apply(&[refuse("bad")], text), Err(Refusal::ForbiddenWord), "{text}");
        }
        assert_eq!(apply(&[refuse("bad")], "b ad"), Ok("b ad".into()));
    }

    #[test]
    fn a_refused_word_inside_a_replaced_one_still_refuses() {
        assert_eq!(
            apply(&[replace("badword", "*"), refuse("adw")], "a badword"),
            Err(Refusal::ForbiddenWord)
        );
    }

    #[test]
    fn a_replaced_word_is_replaced_everywhere_and_the_longest_word_wins() {
        let words = [replace("foo", "1"), replace("foobar", "2")];
        assert_eq!(apply(&words, "foo foobar FooBarfoo"), Ok("1 2 21".into()));
    }

    #[test]
    fn a_replacement_is_not_searched_again() {
        assert_eq!(apply(&[replace("a", "aa")], "banana"), Ok("baanaanaa".into()));
    }

    #[test]
    fn a_word_without_replacement_is_removed() {
        let remove = BlockWord { word: "psst".into(), mode: WordMode::Replace(None) };
        assert_eq!(apply(std::slice::from_ref(&remove), "well psst no"), Ok("well  no".into()));
        assert_eq!(apply(&[remove], " psst "), Err(Refusal::ForbiddenWord));
    }

    #[test]
    fn case_is_folded_by_unicode_on_both_sides() {
        assert_eq!(apply(&[replace("ÉCOLE", "x")], "une école"), Ok("une x".into()));
        assert_eq!(apply(&[replace("strasse", "x")], "Hauptstraße 1"), Ok("Hauptx 1".into()));
        assert_eq!(apply(&[replace("ς", "x")], "Σσς"), Ok("xxx".into()));
        assert_eq!(apply(&[replace("赌博", "**")], "不要赌博！"), Ok("不要**！".into()));
    }

    #[test]
    fn a_stored_text_is_shown_with_todays_replacements_and_never_refused() {
        let filter = BlockWordFilter::new([replace("foo", "***"), refuse("bar"), replace("all", "")]);
        assert_eq!(filter.shown("a Foo and a bar"), "a *** and a bar");
        assert_eq!(filter.shown("all"), "");
        assert_eq!(filter.shown("nothing"), "nothing");
    }

    #[test]
    fn half_a_character_is_no_word() {
        assert_eq!(apply(&[replace("s", "x")], "ß s"), Ok("ß x".into()));
    }

    #[test]
    fn an_empty_word_matches_nothing() {
        assert_eq!(apply(&[refuse("")], "anything"), Ok("anything".into()));
    }

    proptest! {
        #[test]
        fn text_without_any_word_is_left_alone(text in "[b-z ß]{0,40}") {
            prop_assert_eq!(apply(&[replace("a", "!"), refuse("A1")], &text), Ok(text));
        }

        #[test]
        fn replacing_leaves_no_word_behind(text in "\\PC{0,40}", word in "\\PC{1,3}") {
            let filter = BlockWordFilter::new([BlockWord { word, mode: WordMode::Replace(Some("\u{1}".into())) }]);
            if let Ok(once) = filter.apply(&text) {
                let again = filter.apply(&once);
                prop_assert_eq!(again.map(Cow::into_owned), Ok(once.into_owned()));
            }
        }
    }
}
