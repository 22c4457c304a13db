//! Keys and values that a message carries and that change after it was sent (docs/wire/rongcloud.md#expansion).

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use crate::time::Millis;

/// Most pairs that are set, and most keys that are removed, at once.
pub const PAIRS_A_CALL: usize = 100;
/// Most pairs of a message.
pub const PAIRS_A_MESSAGE: usize = 300;
/// Longest key, in characters.
pub const KEY_CHARS: usize = 32;
/// Longest value, in characters.
pub const VALUE_CHARS: usize = 4096;

/// Whether a key is 1 to 32 characters out of A-Z a-z 0-9 + = _ -.
#[must_use]
pub fn is_key(key: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=_-".contains(&byte);
    (1..=KEY_CHARS).contains(&key.len()) && key.bytes().all(is_allowed)
}

/// Whether a value is at most 4096 characters long, without a NUL, which databases don't keep.
#[must_use]
pub fn is_value(value: &str) -> bool {
    value.chars().take(VALUE_CHARS + 1).count() <= VALUE_CHARS && !value.contains('\0')
}

/// What became of a key after the message was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its value, or `None` if a pair that the message was sent with is gone.
    pub value: Option<String>,
    /// When.
    pub at: Millis,
}

/// Changes by key.
pub type Changes = BTreeMap<String, Change>;

/// What somebody wants to become of the pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// These have these values from now on.
    Set(BTreeMap<String, String>),
    /// These are gone.
    Remove(BTreeSet<String>),
}

/// Why the pairs stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ExpansionRefusal {
    /// There would be too many.
    #[error("a message can have at most {PAIRS_A_MESSAGE} pairs")]
    TooMany,
    /// The message was recalled.
    #[error("the message has been recalled")]
    Recalled,
}

/// The pairs of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// Those it was sent with.
    pub initial: BTreeMap<String, String>,
    /// When it was sent.
    pub sent_at: Millis,
    /// What became of them and of others.
    pub changes: Changes,
}

impl Expansion {
    /// The pairs there are now, by key: value, and since when.
    #[must_use]
    pub fn present(&self) -> BTreeMap<&str, (&str, Millis)> {
        let initial = self.initial.iter().map(|(key, value)| (key.as_str(), (value.as_str(), self.sent_at)));
        let mut present: BTreeMap<&str, (&str, Millis)> = initial.collect();
        for (key, change) in &self.changes {
            match &change.value {
                Some(value) => present.insert(key, (value, change.at)),
                None => present.remove(key.as_str()),
            };
        }
        present
    }

    /// What has to be kept of an edit: changes that take the place of those of the same key, and `None` for a change
    /// that is forgotten. A pair the message was sent with can't be forgotten, so that it is gone is kept.
    ///
    /// # Errors
    /// [`ExpansionRefusal::TooMany`] if there would be more than 300 pairs.
    pub fn edited(
        &self,
        edit: Edit,
        at: Millis,
    ) -> Result<BTreeMap<String, Option<Change>>, ExpansionRefusal> {
        match edit {
            Edit::Set(pairs) => {
                let present = self.present();
                let new = pairs.keys().filter(|key| !present.contains_key(key.as_str())).count();
                if present.len() + new > PAIRS_A_MESSAGE && new > 0 {
                    return Err(ExpansionRefusal::TooMany);
                }
                let kept = |(key, value)| (key, Some(Change { value: Some(value), at }));
                Ok(pairs.into_iter().map(kept).collect())
            }
            Edit::Remove(keys) => {
                let gone = |key: String| {
                    let kept = self.initial.contains_key(&key).then_some(Change { value: None, at });
                    (key, kept)
                };
                Ok(keys.into_iter().map(gone).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SENT: Millis = Millis(10);
    const NOW: Millis = Millis(20);

    fn pairs(keys: impl IntoIterator<Item = usize>) -> BTreeMap<String, String> {
        keys.into_iter().map(|key| (format!("k{key}"), format!("v{key}"))).collect()
    }

    fn expansion(initial: BTreeMap<String, String>) -> Expansion {
        Expansion { initial, sent_at: SENT, changes: Changes::new() }
    }

    fn apply(expansion: &mut Expansion, edit: Edit, at: Millis) -> Result<(), ExpansionRefusal> {
        for (key, change) in expansion.edited(edit, at)? {
            match change {
                Some(change) => expansion.changes.insert(key, change),
                None => expansion.changes.remove(&key),
            };
        }
        Ok(())
    }

    #[test]
    fn keys_and_values_have_their_bounds() {
        for key in ["a", "A9+=_-", &"k".repeat(32)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "a b", "a.b", "ä", "a\0", &"k".repeat(33)] {
            assert!(!is_key(key), "{key}");
        }
        assert!(is_value("") && is_value(&"语".repeat(4096)));
        assert!(!is_value(&"v".repeat(4097)) && !is_value("a\0"));
    }

    #[test]
    fn pairs_a_message_was_sent_with_are_of_that_time_until_they_are_set_or_gone() {
        let mut all = expansion(pairs([1, 2, 3]));
        apply(&mut all, Edit::Set(BTreeMap::from([("k2".into(), "new".into())])), NOW).unwrap();
        apply(&mut all, Edit::Remove(BTreeSet::from(["k3".into(), "none".into()])), NOW).unwrap();
        let expected = BTreeMap::from([("k1", ("v1", SENT)), ("k2", ("new", NOW))]);
        assert_eq!(all.present(), expected);
        assert!(!all.changes.contains_key("none"));
        apply(&mut all, Edit::Set(pairs([3])), Millis(30)).unwrap();
        assert_eq!(all.present()["k3"], ("v3", Millis(30)));
    }

    #[test]
    fn a_message_has_300_pairs_at_most_and_those_it_has_can_still_be_set() {
        let mut all = expansion(pairs(0..100));
        for from in [100, 200] {
            apply(&mut all, Edit::Set(pairs(from..from + 100)), NOW).unwrap();
        }
        assert_eq!(all.present().len(), 300);
        apply(&mut all, Edit::Set(pairs(250..300)), NOW).unwrap();
        assert_eq!(apply(&mut all, Edit::Set(pairs(299..301)), NOW), Err(ExpansionRefusal::TooMany));
        apply(&mut all, Edit::Remove(BTreeSet::from(["k0".into()])), NOW).unwrap();
        apply(&mut all, Edit::Set(pairs([300])), NOW).unwrap();
        assert_eq!(apply(&mut all, Edit::Set(pairs([0])), NOW), Err(ExpansionRefusal::TooMany));
    }

    fn edits() -> impl Strategy<Value = Vec<Edit>> {
        let keys = || proptest::collection::btree_set(0..6_usize, 0..4);
        let set = keys().prop_map(|keys| Edit::Set(pairs(keys)));
        let remove = keys().prop_map(|keys| Edit::Remove(pairs(keys).into_keys().collect()));
        proptest::collection::vec(prop_oneof![set, remove], 0..8)
    }

    proptest! {
        #[test]
        fn pairs_are_what_a_map_would_hold(
            initial in proptest::collection::btree_set(0..6_usize, 0..4),
            edits in edits(),
        ) {
            let mut all = expansion(pairs(initial));
            let mut model: BTreeMap<String, (String, Millis)> =
                all.initial.iter().map(|(key, value)| (key.clone(), (value.clone(), SENT))).collect();
            for (edit, at) in edits.into_iter().zip(100..) {
                let at = Millis(at);
                match &edit {
                    Edit::Set(pairs) => {
                        model.extend(pairs.iter().map(|(key, value)| (key.clone(), (value.clone(), at))));
                    }
                    Edit::Remove(keys) => model.retain(|key, _| !keys.contains(key)),
                }
                apply(&mut all, edit, at).unwrap();
                let present: BTreeMap<String, (String, Millis)> = all
                    .present()
                    .into_iter()
                    .map(|(key, (value, at))| (key.to_owned(), (value.to_owned(), at)))
                    .collect();
                prop_assert_eq!(&present, &model);
                let gone = |(key, change): (&String, &Change)| change.value.is_some() || all.initial.contains_key(key);
                prop_assert!(all.changes.iter().all(gone), "only what must be is kept: {:?}", all.changes);
            }
        }
    }
}
