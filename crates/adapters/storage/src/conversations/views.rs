//! What users see of their conversations.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::conversations::ports::{ConversationViews, ListQuery, ListTotals, MessageQuery};
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, ViewedMessage};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::recall::RecalledMessage;
use sixin_domain::time::Millis;

use crate::conversations::rows::{conversation_of, conversations_of};
use crate::conversations::{list as conversation_list, messages as conversation_messages};
use crate::database::Database;
use crate::messages::recalls;
use crate::schema::conversation_messages as messages;

#[async_trait]
impl ConversationViews for Database {
    async fn find(&self, id: ConversationId) -> StoreResult<Option<Conversation>> {
        self.read(move |conn| Ok(conversations_of(conn, &[id.0])?.pop())).await
    }

    async fn of_pair(&self, pair: Pair) -> StoreResult<Option<Conversation>> {
        self.read(move |conn| conversation_of(conn, pair)).await
    }

    async fn list(&self, query: ListQuery) -> StoreResult<Vec<Conversation>> {
        self.read(move |conn| conversation_list::page(conn, query)).await
    }

    async fn totals(&self, user: UserId, pinned: Option<bool>) -> StoreResult<ListTotals> {
        self.read(move |conn| conversation_list::totals(conn, user, pinned)).await
    }

    async fn messages(&self, query: MessageQuery) -> StoreResult<Vec<ViewedMessage>> {
        self.read(move |conn| conversation_messages::messages(conn, query)).await
    }

    async fn notices(&self, query: MessageQuery) -> StoreResult<Vec<RecalledMessage>> {
        self.read(move |conn| recalls::notices(conn, query)).await
    }

    async fn seq_at(&self, conversation: &Conversation, time: Millis) -> StoreResult<i64> {
        let (id, mut known, mut beyond) = (conversation.id.0, 0, conversation.last_seq.saturating_add(1));
        self.read(move |conn| {
            // Later messages have later times, so the place is found by halving.
            while beyond - known > 1 {
                let middle = known + (beyond - known) / 2;
                let next: Option<(i64, i64)> = messages::table
                    .filter(messages::conversation_id.eq(id).and(messages::seq.ge(middle)))
                    .order(messages::seq)
                    .select((messages::seq, messages::created_at))
                    .first(conn)
                    .optional()?;
                match next {
                    Some((seq, sent_at)) if sent_at <= time.0 => known = seq,
                    _ => beyond = middle,
                }
            }
            Ok(known)
        })
        .await
    }

    async fn bodies(&self, messages: &[MessageId]) -> StoreResult<Vec<(MessageId, Body)>> {
        let ids: Vec<i64> = messages.iter().map(|message| message.0).collect();
        self.read(move |conn| conversation_messages::bodies(conn, &ids)).await
    }

    async fn seq_of(&self, conversation: ConversationId, message: MessageId) -> StoreResult<Option<i64>> {
        self.read(move |conn| {
            messages::table
                .filter(messages::id.eq(message.0).and(messages::conversation_id.eq(conversation.0)))
                .select(messages::seq)
                .first(conn)
                .optional()
        })
        .await
    }
}
