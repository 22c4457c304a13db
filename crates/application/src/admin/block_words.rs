//! Reading lists of block words.

use thiserror::Error;

use crate::ports::BlockWordRow;

/// Longest word in characters (column `block_words.word`).
pub const MAX_WORD_CHARS: usize = 32;
/// Longest replacement in characters (column `block_words.replace_word`).
pub const MAX_REPLACEMENT_CHARS: usize = 64;

/// Why a word can't be added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockWordError {
    /// Empty or too long.
    #[error("a word must be 1 to 32 characters long, without white space at its ends")]
    Word,
    /// Only signs, such as `-`.
    #[error("a word must hold a letter, a digit or the like, not only ASCII signs")]
    OnlySigns,
    /// Too long.
    #[error("a replacement must be at most 64 characters long")]
    Replacement,
    /// No such mode.
    #[error("the mode must be ignore, replace or refuse")]
    Mode,
    /// The line of a list that is wrong.
    #[error("line {0}: {1}")]
    Line(usize, Box<BlockWordError>),
}

/// Whether a text can be a word.
///
/// # Errors
/// If not.
pub fn check_word(word: &str) -> Result<(), BlockWordError> {
    let fits = !word.is_empty() && word.trim() == word && !word.contains('\0');
    if fits && word.chars().count() <= MAX_WORD_CHARS { Ok(()) } else { Err(BlockWordError::Word) }
}

/// Whether a text can stand in place of a word.
///
/// # Errors
/// If not.
pub fn check_replacement(replacement: Option<&str>) -> Result<(), BlockWordError> {
    let fits = |text: &str| text.chars().count() <= MAX_REPLACEMENT_CHARS && !text.contains('\0');
    if replacement.is_none_or(fits) { Ok(()) } else { Err(BlockWordError::Replacement) }
}

/// A checked row.
///
/// # Errors
/// See [`BlockWordError`].
pub fn row(word: &str, mode: &str, replacement: Option<&str>) -> Result<BlockWordRow, BlockWordError> {
    check_word(word)?;
    check_replacement(replacement)?;
    let conversation_mode = match mode {
        "ignore" => 1,
        "replace" => 2,
        "refuse" => 3,
        _ => return Err(BlockWordError::Mode),
    };
    Ok(BlockWordRow {
        word: word.to_owned(),
        conversation_mode,
        replace_word: replacement.map(str::to_owned),
    })
}

/// Reads a list: a line a word, `word`, `word<TAB>refuse` or `word<TAB>replace<TAB>replacement`. A word alone is
/// refused. Empty lines and lines that begin with `#` are passed over.
///
/// # Errors
/// The first wrong line, with its number.
pub fn parse_list(text: &str) -> Result<Vec<BlockWordRow>, BlockWordError> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let mut parts = line.split('\t').map(str::trim);
            let (word, mode) = (parts.next().unwrap_or_default(), parts.next().unwrap_or("refuse"));
            row(word, mode, parts.next()).map_err(|error| BlockWordError::Line(number + 1, Box::new(error)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_a_word_a_line_with_mode_and_replacement() {
        let rows = parse_list("# words\n\nbad\nheck\treplace\t***\nhm\tignore\r\n").unwrap();
        let expected = [("bad", 3, None), ("heck", 2, Some("***")), ("hm", 1, None)];
        let rows: Vec<_> =
            rows.iter().map(|r| (r.word.as_str(), r.conversation_mode, r.replace_word.as_deref())).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = parse_list("ok\nbad\tburn").unwrap_err();
        assert_eq!(error, BlockWordError::Line(2, Box::new(BlockWordError::Mode)));
        assert!(parse_list(&"x".repeat(33)).is_err());
    }
}
