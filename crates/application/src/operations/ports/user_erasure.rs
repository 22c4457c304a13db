use async_trait::async_trait;
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// A user who was erased. Number and moment of making together name one user for good, in backups too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasedUser {
    /// Who it was.
    pub id: UserId,
    /// When it was made.
    pub created_at: Millis,
    /// When it was erased.
    pub erased_at: Millis,
}

/// What is done with the messages of an erased user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasurePass {
    /// They say that they were erased, wherever they show; what they said before goes.
    Texts,
    /// What several of them had shared goes. Only after all of them say something else.
    SharedContents,
}

/// How far a pass has come: everything before is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErasurePlace {
    /// The conversation it is in.
    pub conversation: ConversationId,
    /// The last `seq` that is done there.
    pub seq: i64,
}

impl ErasurePlace {
    /// Before every conversation.
    pub const BEGIN: Self = Self { conversation: ConversationId(0), seq: 0 };
}

/// Takes users out of the store. Each call is one transaction of bounded length, apart from what a single user has of lists.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UserErasure: Send + Sync {
    /// Takes away what says who a user is: names, addresses, profile, devices, sessions, lists and what others call it. It is deleted from
    /// now on, and entered among those who were erased. Name, number and addresses MUST be free then. An account goes with its last user.
    async fn begin(&self, user: UserId, at: Millis) -> StoreResult<()>;

    /// The next step of a pass behind `after`: where it has come to, and how many messages it has changed. `None`: it is over.
    async fn step(
        &self,
        user: UserId,
        pass: ErasurePass,
        after: ErasurePlace,
        at: Millis,
    ) -> StoreResult<Option<(ErasurePlace, u64)>>;

    /// Takes away what is not in conversations: messages on their way to devices, and the files the user has uploaded, which are swept
    /// then.
    async fn finish(&self, user: UserId, at: Millis) -> StoreResult<()>;

    /// All who were erased, oldest first.
    async fn erased(&self) -> StoreResult<Vec<ErasedUser>>;

    /// The user with that number that was made at that moment, if it is there and was not erased.
    async fn still_there(&self, user: UserId, created_at: Millis) -> StoreResult<bool>;
}
