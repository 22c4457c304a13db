//! Texts with placeholders, filled in for each recipient of a message (docs/wire/rongcloud.md#template).

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// Most bytes that the filled-in messages of one call may have together. Few bytes of a request can become many.
pub const FILLED_BYTES: usize = 16 << 20;

/// A text in which some keys stand for values.
#[derive(Debug)]
pub struct Template<'t> {
    parts: Vec<Part<'t>>,
}

#[derive(Debug)]
enum Part<'t> {
    Text(&'t str),
    /// The value of the key with that number.
    Value(usize),
}

impl<'t> Template<'t> {
    /// Finds the keys in a text: from left to right, the longest one where several begin. `None` if a key is empty.
    #[must_use]
    pub fn new(text: &'t str, keys: &[&str]) -> Option<Self> {
        if keys.iter().any(|key| key.is_empty()) {
            return None;
        }
        let automaton = automaton(keys)?;
        let (mut parts, mut done) = (Vec::new(), 0);
        for hit in automaton.find_iter(text) {
            parts.push(Part::Text(text.get(done..hit.start())?));
            parts.push(Part::Value(hit.pattern().as_usize()));
            done = hit.end();
        }
        parts.push(Part::Text(text.get(done..)?));
        Some(Self { parts })
    }

    /// The text with each key replaced by the value of the same number. What a value holds is never looked at, so keys
    /// in values stay. `None` if the text would be longer than `most` bytes, or a value is missing.
    #[must_use]
    pub fn fill(&self, values: &[String], most: usize) -> Option<String> {
        let text = |part: &'_ Part<'t>| match *part {
            Part::Text(text) => Some(text.len()),
            Part::Value(number) => values.get(number).map(String::len),
        };
        let length = self.parts.iter().try_fold(0_usize, |sum, part| sum.checked_add(text(part)?))?;
        if length > most {
            return None;
        }
        let mut filled = String::with_capacity(length);
        for part in &self.parts {
            filled.push_str(match part {
                Part::Text(text) => text,
                Part::Value(number) => values.get(*number)?,
            });
        }
        Some(filled)
    }
}

/// Finds keys. Never by a table of all bytes, which for few keys would be taken if it could be chosen, and which takes up
/// to a kilobyte for each byte of a key.
fn automaton(keys: &[&str]) -> Option<AhoCorasick> {
    let kind = Some(AhoCorasickKind::ContiguousNFA);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(kind).build(keys).ok()
}

/// A value as it stands inside a string of a JSON text: quotes and the like can't end that string.
#[must_use]
pub fn json_escaped(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    inner.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled(text: &str, pairs: &[(&str, &str)]) -> String {
        let keys: Vec<&str> = pairs.iter().map(|(key, _)| *key).collect();
        let values: Vec<String> = pairs.iter().map(|(_, value)| (*value).to_owned()).collect();
        Template::new(text, &keys).unwrap().fill(&values, usize::MAX).unwrap()
    }

    #[test]
    fn every_occurrence_of_a_key_becomes_its_value_and_all_else_stays() {
        assert_eq!(filled("hi {n}, {n} and {m}", &[("{n}", "Bo")]), "hi Bo, Bo and {m}");
        assert_eq!(filled("no key", &[("{n}", "Bo")]), "no key");
        assert_eq!(filled("as it is", &[]), "as it is");
        assert_eq!(filled("{n}", &[("{n}", "")]), "");
    }

    #[test]
    fn a_value_that_holds_a_key_is_not_filled_in_again() {
        assert_eq!(filled("{a} {b}", &[("{a}", "{b}"), ("{b}", "{a}")]), "{b} {a}");
        assert_eq!(filled("{{a}}", &[("{a}", "a")]), "{a}");
    }

    #[test]
    fn the_longest_key_wins_where_several_begin() {
        assert_eq!(filled("{name} {na", &[("{na", "1"), ("{name}", "2")]), "2 1");
        assert_eq!(filled("abab", &[("aba", "1"), ("b", "2")]), "12");
    }

    #[test]
    fn an_empty_key_is_none_and_too_long_a_text_is_not_made() {
        assert!(Template::new("x", &["{a}", ""]).is_none());
        let template = Template::new("{a}{a}b", &["{a}"]).unwrap();
        assert_eq!(template.fill(&["xy".into()], 5).as_deref(), Some("xyxyb"));
        assert_eq!(template.fill(&["xy".into()], 4), None);
        assert_eq!(template.fill(&[], 100), None);
    }

    #[test]
    fn an_escaped_value_stays_inside_its_string() {
        let value = "\"},{\"a\":\"\\\n\u{1}语🙂";
        let text: serde_json::Value =
            serde_json::from_str(&format!("{{\"content\":\"{}\"}}", json_escaped(value))).unwrap();
        assert_eq!(text, serde_json::json!({ "content": value }));
    }

    #[test]
    fn a_long_key_of_many_characters_takes_little_memory() {
        let key: String = ('\u{21}'..='\u{ffff}').step_by(7).collect();
        assert!(automaton(&[&key]).unwrap().memory_usage() < 32 * key.len());
    }

    /// The rule as one would do it by hand: at each place the longest key that fits.
    fn by_hand(text: &str, pairs: &[(String, String)]) -> String {
        let (mut rest, mut done) = (text, String::new());
        while let Some(next) = rest.chars().next() {
            let fitting = pairs.iter().filter(|(key, _)| rest.starts_with(key.as_str()));
            match fitting.max_by_key(|(key, _)| key.len()) {
                Some((key, value)) => {
                    done.push_str(value);
                    rest = &rest[key.len()..];
                }
                None => {
                    done.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
        }
        done
    }

    proptest! {
        #[test]
        fn a_text_is_filled_in_as_one_would_by_hand(
            text in "[ab语{}]{0,20}",
            pairs in proptest::collection::btree_map("[ab语{}]{1,3}", "[ab语{}]{0,3}", 0..5),
        ) {
            let pairs: Vec<(String, String)> = pairs.into_iter().collect();
            let borrowed: Vec<(&str, &str)> =
                pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            prop_assert_eq!(filled(&text, &borrowed), by_hand(&text, &pairs));
        }

        #[test]
        fn an_escaped_value_is_read_back_from_json(value in "\\PC{0,20}") {
            let read: String = serde_json::from_str(&format!("\"{}\"", json_escaped(&value))).unwrap();
            prop_assert_eq!(read, value);
        }
    }
}
