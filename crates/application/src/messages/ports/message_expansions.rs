use std::collections::HashMap;

use async_trait::async_trait;
use sixin_domain::id::MessageId;
use sixin_domain::message::expansion::{Changes, Edit, Expansion, ExpansionRefusal};
use sixin_domain::time::Millis;

use crate::ports::StoreResult;

/// What became of the pairs of messages after they were sent.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait MessageExpansions: Send + Sync {
    /// The changes of each of these messages that has any. MUST NOT take more statements for more messages.
    async fn changes(&self, messages: &[MessageId]) -> StoreResult<HashMap<MessageId, Changes>>;

    /// Changes the pairs of a message by [`Expansion::edited`]; `before` holds those it was sent with, and the changes are
    /// added here. MUST be right whatever changes at the same time, and MUST NOT change what is recalled or not stored.
    async fn edit(
        &self,
        message: MessageId,
        before: Expansion,
        edit: Edit,
        at: Millis,
    ) -> StoreResult<Result<(), ExpansionRefusal>>;
}
