//! What a user sorts its conversations by (docs/wire/rongcloud.md#tags).

use thiserror::Error;

use crate::text::visible::is_name;

/// Tags of a user at most.
pub const MOST_TAGS: i64 = 20;
/// Conversations under a tag at most; of more the first ones go.
pub const MOST_TAGGED: i64 = 1000;
/// Conversations that one call names at most.
pub const TAGGED_A_CALL: usize = 100;
const ID_CHARS: usize = 20;
const NAME_CHARS: usize = 15;

/// What a tag is known by; one per user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagId(String);

/// Why a text is no part of a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TagRule {
    /// Of a tag's id.
    #[error("must be one line of 1 to 20 characters")]
    Id,
    /// Of its name.
    #[error("must be one line of 1 to 15 characters, with something to see in it")]
    Name,
}

impl TagId {
    /// Checks an id.
    ///
    /// # Errors
    /// If it is too long, or not one line with something to see in it.
    pub fn new(text: &str) -> Result<Self, TagRule> {
        // White space at its ends would not count for one of the databases.
        let fits = is_name(text) && text.trim() == text && text.chars().count() <= ID_CHARS;
        fits.then(|| Self(text.to_owned())).ok_or(TagRule::Id)
    }

    /// The id as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it is known by.
    pub id: TagId,
    /// What it is called.
    pub name: String,
}

impl Tag {
    /// Checks a tag.
    ///
    /// # Errors
    /// Which part breaks its rule.
    pub fn new(id: &str, name: &str) -> Result<Self, TagRule> {
        let id = TagId::new(id)?;
        let fits = is_name(name) && name.chars().count() <= NAME_CHARS;
        fits.then(|| Self { id, name: name.to_owned() }).ok_or(TagRule::Name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_a_short_id_and_a_short_name_to_be_seen() {
        assert!(Tag::new("t1", &"语".repeat(15)).is_ok() && TagId::new(&"x".repeat(20)).is_ok());
        assert_eq!(TagId::new(&"x".repeat(21)), Err(TagRule::Id));
        assert_eq!(TagId::new("x "), Err(TagRule::Id));
        assert_eq!(Tag::new("t1", &"语".repeat(16)), Err(TagRule::Name));
        for unseen in ["", " ", "a\n", "\u{200b}"] {
            assert_eq!((TagId::new(unseen), Tag::new("t1", unseen)), (Err(TagRule::Id), Err(TagRule::Name)));
        }
    }
}
