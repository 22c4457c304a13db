//! Which files contents of messages name by their addresses.

use std::collections::HashSet;

/// Characters of an id of an upload for contents.
const CHARS: usize = super::client_upload::FID_CHARS;
/// A longer word is no part of an address, such as a small picture in a content, and only its ends are looked at.
const LONGEST: usize = 256;

/// Those of the ids that a content names. An address may be written in any way: in JSON, or inside another address.
pub fn named_in<'a>(content: &'a str, ids: &HashSet<String>) -> Vec<&'a str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let words = content.split(move |letter| !is_part(letter)).filter(|word| word.len() >= CHARS);
    words.flat_map(places).filter(|part| ids.contains(*part)).collect()
}

/// The parts of a word that may be an id. A word has but ASCII letters, so every place is one.
fn places(word: &str) -> impl Iterator<Item = &str> {
    let last = word.len() - CHARS;
    let step = if word.len() > LONGEST { last } else { 1 };
    (0..=last).step_by(step.max(1)).filter_map(|from| word.get(from..from + CHARS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FID: &str = "aB3_defghijklmnopqrstuvwxyz-0123";

    fn ids() -> HashSet<String> {
        [FID.to_owned()].into()
    }

    #[test]
    fn an_id_is_found_however_its_address_is_written() {
        for content in [
            format!("{{\"imageUri\":\"https://im.example.org/files/{FID}?expires=0&sign=x\"}}"),
            format!("{{\"imageUri\":\"https:\\/\\/im.example.org\\/files\\/{FID}?expires=0\"}}"),
            format!("https://cards.example.org/?of=https%3A%2F%2Fim.example.org%2Ffiles%2F{FID}%3Fexpires"),
            FID.to_owned(),
        ] {
            assert_eq!(named_in(&content, &ids()), [FID], "{content}");
        }
        let other = FID.to_lowercase();
        assert!(named_in(&other, &ids()).is_empty() && named_in(&FID[1..], &ids()).is_empty());
        let picture = format!("{}/{FID}", "QUJD".repeat(5000));
        assert_eq!(named_in(&picture, &ids()), [FID]);
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic(content in "\\PC{0,400}") {
            prop_assert!(named_in(&content, &ids()).is_empty());
        }
    }
}
