//! Reading lists of block words.

use thiserror::Error;

use sixin_domain::text::invisible::is_ignorable;

use crate::site::ports::BlockWordRow;

/// Longest word in characters (column `block_words.word`).
pub const MAX_WORD_CHARS: usize = 32;
/// Longest replacement in characters (column `block_words.replace_word`).
pub const MAX_REPLACEMENT_CHARS: usize = 64;

/// Why a word can't be added.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockWordError {
    /// Empty or too long.
    #[error("a word must be 1 to 32 characters long, visible, without white space at its ends")]
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
    /// A fourth column that says something else.
    #[error("the fourth column can only be: whole")]
    Extent,
    /// The line of a list that is wrong.
    #[error("line {0}: {1}")]
    Line(usize, Box<BlockWordError>),
}

/// Whether a text can be a word.
///
/// # Errors
/// If not.
pub fn check_word(word: &str) -> Result<(), BlockWordError> {
    let fits = !word.chars().all(is_ignorable) && word.trim() == word && !word.contains('\0');
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

/// A checked row. `is_whole`: it counts only where it stands alone.
///
/// # Errors
/// See [`BlockWordError`].
pub fn row(
    word: &str,
    mode: &str,
    replacement: Option<&str>,
    is_whole: bool,
) -> Result<BlockWordRow, BlockWordError> {
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
        is_whole,
    })
}

/// Reads a list: a line a word, `word`, `word<TAB>refuse` or `word<TAB>replace<TAB>replacement`; with a fourth column
/// `whole` it counts only where it stands alone. A word alone is refused. Empty lines and lines that begin with `#` are
/// passed over, and the mark that Windows editors put before the first line.
///
/// # Errors
/// The first wrong line, with its number.
pub fn parse_list(text: &str) -> Result<Vec<BlockWordRow>, BlockWordError> {
    text.trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let mut parts = line.split('\t').map(str::trim);
            let (word, mode) = (parts.next().unwrap_or_default(), parts.next().unwrap_or("refuse"));
            let (replacement, extent) = (parts.next(), parts.next().unwrap_or_default());
            let row = match extent {
                "" => row(word, mode, replacement, false),
                "whole" => row(word, mode, replacement.filter(|text| !text.is_empty()), true),
                _ => Err(BlockWordError::Extent),
            };
            row.map_err(|error| BlockWordError::Line(number + 1, Box::new(error)))
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
    fn a_list_with_a_byte_order_mark_loses_nothing() {
        let words =
            |text: &str| parse_list(text).unwrap().into_iter().map(|row| row.word).collect::<Vec<_>>();
        assert_eq!(words("\u{feff}bad\r\nheck\r\n"), ["bad", "heck"]);
        assert_eq!(words("\u{feff}# words\nbad"), ["bad"]);
    }

    #[test]
    fn a_word_of_a_list_can_be_a_whole_one() {
        let rows = parse_list("ass\trefuse\t\twhole\nhell\treplace\th*\twhole\nbad").unwrap();
        let rows: Vec<_> = rows.iter().map(|row| (row.replace_word.as_deref(), row.is_whole)).collect();
        assert_eq!(rows, [(None, true), (Some("h*"), true), (None, false)]);
        assert!(parse_list("ass\trefuse\t\thalf").is_err());
    }

    #[test]
    fn a_word_that_nobody_sees_is_none() {
        assert!(check_word("\u{200b}\u{ad}").is_err() && check_word("").is_err());
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = parse_list("ok\nbad\tburn").unwrap_err();
        assert_eq!(error, BlockWordError::Line(2, Box::new(BlockWordError::Mode)));
        assert!(parse_list(&"x".repeat(33)).is_err());
    }
}
