//! Words that are replaced in messages, or for which a message is refused.
//!
//! Words are found whatever the width, case and accents of their letters, and with invisible signs between them. What is
//! replaced is what stood in the original.

mod folding;
mod tree;

use std::borrow::Cow;

use aho_corasick::AhoCorasick;

use self::folding::{Folded, fold};
use self::tree::WordTree;
use crate::sending::refusal::Refusal;

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
    /// Whether it counts only where it stands alone (`ass`, but not in `class`). In scripts that put no space between words
    /// (Chinese, Japanese, Thai, ...) every word stands alone.
    pub is_whole: bool,
}

/// All block words, ready to be looked for.
#[derive(Debug)]
pub struct BlockWordFilter {
    /// Tells quickly whether there is any word in a text at all.
    any: Option<AhoCorasick>,
    tree: WordTree,
    words: Vec<BlockWord>,
}

/// A word to be replaced: byte range in the original text, and which word.
struct Hit {
    start: usize,
    end: usize,
    word: usize,
}

impl BlockWordFilter {
    /// Takes words in. Those of which nothing can be seen are left out.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = BlockWord>) -> Self {
        let (folded, words): (Vec<String>, Vec<BlockWord>) = words
            .into_iter()
            .map(|word| (characters(&fold(&word.word)), word))
            .filter(|(folded, _)| !folded.is_empty())
            .unzip();
        let any = if folded.is_empty() { None } else { AhoCorasick::new(&folded).ok() };
        Self { any, tree: WordTree::new(folded.iter().map(String::as_str)), words }
    }

    /// The text as it may be stored: unchanged, or with words replaced in one pass from left to right, the longest
    /// word first. It takes a time in proportion to the length of the text, whatever the words.
    ///
    /// # Errors
    /// [`Refusal::ForbiddenWord`] if the text contains a refused word, or if nothing is left of it.
    pub fn apply<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, Refusal> {
        let hits = self.find(text, true).ok_or(Refusal::ForbiddenWord)?;
        if hits.is_empty() {
            return Ok(Cow::Borrowed(text));
        }
        let replaced = self.replace(text, &hits);
        if replaced.trim().is_empty() { Err(Refusal::ForbiddenWord) } else { Ok(Cow::Owned(replaced)) }
    }

    /// A text that was stored before, as it may be shown now: words that are replaced today are. Nothing is refused: what
    /// was allowed when it was sent stays.
    #[must_use]
    pub fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.find(text, false) {
            Some(hits) if !hits.is_empty() => Cow::Owned(self.replace(text, &hits)),
            _ => Cow::Borrowed(text),
        }
    }

    /// The words to be replaced, from left to right, the longest first, none over another. `None`: there is a refused
    /// one, and that counts.
    fn find(&self, text: &str, refuses: bool) -> Option<Vec<Hit>> {
        let Some(any) = &self.any else { return Some(Vec::new()) };
        let folded = fold(text);
        if !any.is_match(&characters(&folded)) {
            return Some(Vec::new());
        }
        let mut hits: Vec<Hit> = Vec::new();
        let mut done = 0;
        for (begin, first) in folded.iter().enumerate().filter(|(_, folded)| folded.begins) {
            let mut longest = None;
            for (word, length) in self.tree.prefixes(folded.get(begin..).unwrap_or_default()) {
                let Some(last) = self.end_of(word, &folded, begin, length) else { continue };
                match self.words.get(word).map(|word| &word.mode) {
                    Some(WordMode::Replace(_)) => {
                        longest = Some(Hit { start: first.start, end: last.end, word });
                    }
                    Some(WordMode::Refuse) if refuses => return None,
                    _ => {}
                }
            }
            if let Some(hit) = longest.filter(|hit| hit.start >= done) {
                done = hit.end;
                hits.push(hit);
            }
        }
        Some(hits)
    }

    /// The last character of a word in a text, if it stands there whole: half a character (the `s` in `ß`, which folds to
    /// `ss`) is none, and some words want to stand alone.
    fn end_of<'t>(&self, word: usize, text: &'t [Folded], begin: usize, length: usize) -> Option<&'t Folded> {
        let last = text.get(begin + length - 1).filter(|last| last.ends)?;
        let word = self.words.get(word)?;
        let before = || begin.checked_sub(1).and_then(|before| text.get(before));
        let goes_on = || touch(before(), text.get(begin)) || touch(Some(last), text.get(begin + length));
        (!word.is_whole || !goes_on()).then_some(last)
    }

    fn replace(&self, text: &str, hits: &[Hit]) -> String {
        let mut replaced = String::with_capacity(text.len());
        let mut done = 0;
        for hit in hits {
            replaced.push_str(text.get(done..hit.start).unwrap_or_default());
            if let Some(WordMode::Replace(Some(with))) = self.words.get(hit.word).map(|word| &word.mode) {
                replaced.push_str(with);
            }
            done = hit.end;
        }
        replaced.push_str(text.get(done..).unwrap_or_default());
        replaced
    }
}

fn characters(folded: &[Folded]) -> String {
    folded.iter().map(|folded| folded.character).collect()
}

/// Whether two neighbours belong to one word.
fn touch(left: Option<&Folded>, right: Option<&Folded>) -> bool {
    let joins = |folded: Option<&Folded>| folded.is_some_and(|folded| is_spaced_letter(folded.character));
    joins(left) && joins(right)
}

/// Letters and digits of scripts that put spaces between words.
fn is_spaced_letter(character: char) -> bool {
    character.is_alphanumeric()
        && !matches!(
            character,
            '\u{e00}'..='\u{eff}'
                | '\u{1000}'..='\u{109f}'
                | '\u{1780}'..='\u{17ff}'
                | '\u{2e80}'..='\u{a4cf}'
                | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}'
        )
}

#[cfg(test)]
mod tests;
