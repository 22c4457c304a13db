//! Conversations: tables `conversations`, `conversation_messages` and `message_contents`, for reading.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::conversations::ports::{Conversations, KeptMessage};
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::schema::{conversation_messages as messages, conversations, message_contents as contents};

type Row = (i64, i64, i64, i64, i64, Option<String>, Option<String>);

#[async_trait]
impl Conversations for Database {
    async fn last(&self, pair: Pair, limit: i64) -> StoreResult<Vec<KeptMessage>> {
        self.read(move |conn| {
            let conversation: Option<i64> = conversations::table
                .filter(conversations::a_user_id.eq(pair.a().0).and(conversations::b_user_id.eq(pair.b().0)))
                .select(conversations::id)
                .first(conn)
                .optional()?;
            let Some(conversation) = conversation else { return Ok(Vec::new()) };
            let rows: Vec<Row> = messages::table
                .left_join(contents::table.on(messages::content_id.eq(contents::id.nullable())))
                .filter(messages::conversation_id.eq(conversation))
                .order(messages::seq.desc())
                .limit(limit)
                .select((
                    messages::id,
                    messages::conversation_id,
                    messages::seq,
                    messages::send_user_id,
                    messages::created_at,
                    messages::message_text,
                    contents::message_text.nullable(),
                ))
                .load(conn)?;
            Ok(rows.into_iter().rev().map(kept).collect())
        })
        .await
    }
}

fn kept((id, conversation, seq, sender, sent_at, own, shared): Row) -> KeptMessage {
    KeptMessage {
        id: MessageId(id),
        conversation: ConversationId(conversation),
        seq,
        sender: UserId(sender),
        sent_at: Millis(sent_at),
        text: own.or(shared),
    }
}
