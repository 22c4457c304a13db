//! A back end keeps what its users sort their conversations by (docs/wire/rongcloud.md#tags).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::tag::{MOST_TAGGED, MOST_TAGS, Tag, TagId};
use sixin_domain::id::UserId;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::conversations::ports::{ConversationTags, Tagging};
use crate::ports::{Clock, StoreError};
use crate::users::named_users::{UsersError, ids_of, one_named};
use crate::users::ports::Users;

/// Why tags stay as they are.
#[derive(Debug, Error)]
pub enum TagError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// The user has no such tag.
    #[error("the user has no tag {0}")]
    Unknown(String),
    /// The user would have too many.
    #[error("a user has at most {0} tags")]
    TooMany(i64),
}

impl From<StoreError> for TagError {
    fn from(error: StoreError) -> Self {
        Self::Users(error.into())
    }
}

/// Keeps tags. Every user that is named has to exist.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait KeepTags: Send + Sync {
    /// Makes tags, or renames those there are.
    async fn set(&self, user: &Username, tags: Vec<Tag>) -> Result<(), TagError>;

    /// Removes tags; those that are not there are passed over.
    async fn remove(&self, user: &Username, tags: Vec<TagId>) -> Result<(), TagError>;

    /// All tags of a user.
    async fn all(&self, user: &Username) -> Result<Vec<Tag>, TagError>;

    /// Puts a tag on the conversations with these users, or takes it off. Of more than a thousand those that were tagged first lose
    /// it.
    async fn put(&self, user: &Username, tag: TagId, with: &[Username], is_on: bool) -> Result<(), TagError>;

    /// With whom the conversations under a tag are, those that were tagged last first.
    async fn tagged(&self, user: &Username, tag: &TagId) -> Result<Vec<Username>, TagError>;

    /// All conversations that stand under a tag: the other side and the tag, by the former.
    async fn all_tagged(&self, user: &Username) -> Result<Vec<(UserId, TagId)>, TagError>;

    /// The tags of the conversation with somebody.
    async fn of(&self, user: &Username, with: &Username) -> Result<Vec<Tag>, TagError>;
}

/// [`KeepTags`] over the ports.
pub struct TagKeeping {
    /// The users.
    pub users: Arc<dyn Users>,
    /// Their tags.
    pub tags: Arc<dyn ConversationTags>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl KeepTags for TagKeeping {
    async fn set(&self, user: &Username, tags: Vec<Tag>) -> Result<(), TagError> {
        let owner = self.one(user).await?;
        let has_room = self.tags.set(owner, tags, MOST_TAGS, self.clock.now()).await?;
        if has_room { Ok(()) } else { Err(TagError::TooMany(MOST_TAGS)) }
    }

    async fn remove(&self, user: &Username, tags: Vec<TagId>) -> Result<(), TagError> {
        let owner = self.one(user).await?;
        Ok(self.tags.remove(owner, tags, self.clock.now()).await?)
    }

    async fn all(&self, user: &Username) -> Result<Vec<Tag>, TagError> {
        let owner = self.one(user).await?;
        Ok(self.tags.all(owner).await?)
    }

    async fn put(&self, user: &Username, tag: TagId, with: &[Username], is_on: bool) -> Result<(), TagError> {
        let owner = self.one(user).await?;
        if with.contains(user) {
            return Err(UsersError::Oneself(user.clone()).into());
        }
        let others = ids_of(&*self.users, with).await?;
        let name = tag.as_str().to_owned();
        let tagging = Tagging { owner, tag, others, is_on, most: MOST_TAGGED };
        let is_there = self.tags.put(tagging, self.clock.now()).await?;
        if is_there { Ok(()) } else { Err(TagError::Unknown(name)) }
    }

    async fn tagged(&self, user: &Username, tag: &TagId) -> Result<Vec<Username>, TagError> {
        let owner = self.one(user).await?;
        let found = self.tags.tagged(owner, tag).await?;
        found.ok_or_else(|| TagError::Unknown(tag.as_str().to_owned()))
    }

    async fn all_tagged(&self, user: &Username) -> Result<Vec<(UserId, TagId)>, TagError> {
        let owner = self.one(user).await?;
        Ok(self.tags.all_tagged(owner).await?)
    }

    async fn of(&self, user: &Username, with: &Username) -> Result<Vec<Tag>, TagError> {
        let (owner, other) = (self.one(user).await?, self.one(with).await?);
        Ok(self.tags.of(owner, other).await?)
    }
}

impl TagKeeping {
    async fn one(&self, name: &Username) -> Result<UserId, UsersError> {
        Ok(one_named(&*self.users, name).await?.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversations::ports::MockConversationTags;
    use crate::ports::MockClock;
    use crate::testing::{name, three_users};
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn keeping(tags: MockConversationTags) -> TagKeeping {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        TagKeeping { users: Arc::new(three_users()), tags: Arc::new(tags), clock: Arc::new(clock) }
    }

    fn tag() -> TagId {
        TagId::new("t1").unwrap()
    }

    #[tokio::test]
    async fn a_tag_is_put_on_conversations_of_users_that_exist() {
        let mut tags = MockConversationTags::new();
        let others = vec![UserId(3), UserId(2)];
        let wanted = Tagging { owner: UserId(1), tag: tag(), others, is_on: true, most: 1000 };
        tags.expect_put()
            .once()
            .withf(move |put, at| (put, *at) == (&wanted, NOW))
            .returning(|_, _| Ok(true));
        let with = [name("cid"), name("bob")];
        keeping(tags).put(&name("ann"), tag(), &with, true).await.unwrap();
        let refused = keeping(MockConversationTags::new());
        let unknown = refused.put(&name("ann"), tag(), &[name("dan")], true).await;
        assert!(matches!(unknown, Err(TagError::Users(UsersError::Unknown(_)))));
        let oneself = refused.put(&name("ann"), tag(), &[name("ann")], true).await;
        assert!(matches!(oneself, Err(TagError::Users(UsersError::Oneself(_)))));
    }

    #[tokio::test]
    async fn a_tag_that_is_not_there_is_named_and_one_too_many_refused() {
        let mut tags = MockConversationTags::new();
        tags.expect_put().returning(|_, _| Ok(false));
        tags.expect_tagged().returning(|_, _| Ok(None));
        tags.expect_set().withf(|_, _, most, _| *most == 20).returning(|_, _, _, _| Ok(false));
        let keeping = keeping(tags);
        let put = keeping.put(&name("ann"), tag(), &[name("bob")], false).await;
        assert!(matches!(put, Err(TagError::Unknown(id)) if id == "t1"));
        assert!(matches!(keeping.tagged(&name("ann"), &tag()).await, Err(TagError::Unknown(_))));
        let set = keeping.set(&name("ann"), vec![Tag::new("t1", "one").unwrap()]).await;
        assert!(matches!(set, Err(TagError::TooMany(20))));
    }
}
