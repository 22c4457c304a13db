//! Messages as they are stored, for operators who settle what two users complain about.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::administration::ports::{MessageReview, ReviewedMessage, Revision};
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::conversation::visibility::Visibility;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::messages::{stored_before, stored_between};
use crate::database::Database;
use crate::schema::{conversation_messages as messages, gone_messages, message_revisions as revisions};

/// Ids that one statement names.
const AT_ONCE: usize = 500;

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct MarkRow {
    id: i64,
    sender_visible: bool,
    is_enable: bool,
    send_deleted_at: Option<i64>,
    receive_deleted_at: Option<i64>,
    recalled_at: Option<i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = revisions)]
struct RevisionRow {
    message_id: i64,
    message_text: Option<String>,
    content: Option<String>,
    replaced_at: i64,
}

#[async_trait]
impl MessageReview for Database {
    async fn page(
        &self,
        conversation: ConversationId,
        before: i64,
        limit: i64,
    ) -> StoreResult<Vec<ReviewedMessage>> {
        self.read(move |conn| {
            let stored = stored_before(conn, conversation.0, before, limit)?;
            let revised = revised(conn, &ids(&stored))?;
            reviewed(conn, stored, revised)
        })
        .await
    }

    async fn gone(&self, conversation: ConversationId) -> StoreResult<i64> {
        self.read(move |conn| {
            let gone = gone_messages::table.find(conversation.0).select(gone_messages::seq).first(conn);
            Ok(gone.optional()?.unwrap_or(0))
        })
        .await
    }

    async fn scan(
        &self,
        from: MessageId,
        before: MessageId,
        limit: i64,
    ) -> StoreResult<Vec<ReviewedMessage>> {
        self.read(move |conn| {
            let stored = stored_between(conn, from.0..before.0, limit)?;
            reviewed(conn, stored, HashMap::new())
        })
        .await
    }
}

fn ids(stored: &[(ViewedMessage, UserId)]) -> Vec<i64> {
    stored.iter().map(|(message, _)| message.id.0).collect()
}

fn revised(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<HashMap<i64, Vec<Revision>>> {
    let mut all: HashMap<i64, Vec<Revision>> = HashMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let rows: Vec<RevisionRow> = revisions::table
            .filter(revisions::message_id.eq_any(ids))
            .order(revisions::id)
            .select(RevisionRow::as_select())
            .load(conn)?;
        for row in rows {
            let replaced_at = Millis(row.replaced_at);
            let revision = Revision { text: row.message_text, content: row.content, replaced_at };
            all.entry(row.message_id).or_default().push(revision);
        }
    }
    Ok(all)
}

fn reviewed(
    conn: &mut AnyConnection,
    stored: Vec<(ViewedMessage, UserId)>,
    mut revised: HashMap<i64, Vec<Revision>>,
) -> QueryResult<Vec<ReviewedMessage>> {
    let mut marks = HashMap::new();
    for ids in ids(&stored).chunks(AT_ONCE) {
        let rows: Vec<MarkRow> =
            messages::table.filter(messages::id.eq_any(ids)).select(MarkRow::as_select()).load(conn)?;
        marks.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    let with_marks = |(message, recipient): (ViewedMessage, UserId)| {
        // One that was removed between the two statements is not shown.
        let mark: MarkRow = marks.remove(&message.id.0)?;
        Some(ReviewedMessage {
            recipient,
            visibility: Visibility {
                seq: message.seq,
                sender: message.sender,
                is_enabled: mark.is_enable,
                is_counted: message.is_counted,
                sender_visible: mark.sender_visible,
                is_deleted_by_sender: mark.send_deleted_at.is_some(),
                is_deleted_by_recipient: mark.receive_deleted_at.is_some(),
                is_marked: message.read_at.is_some(),
            },
            recalled_at: mark.recalled_at.map(Millis),
            revisions: revised.remove(&message.id.0).unwrap_or_default(),
            message,
        })
    };
    Ok(stored.into_iter().filter_map(with_marks).collect())
}
