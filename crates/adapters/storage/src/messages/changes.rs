//! What back ends change for both sides of a conversation: messages that are recalled or say something else.

use crate::sending::delivery_json::to_json;
use crate::sending::messages::kept_text;
use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::messages::ports::{MessageChanges, PublishedMessage};
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::Conversation;
use sixin_domain::event::{ChangedMessage, Event};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::recall::Recall;
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::counters::{Touched, lock, newest, set_latest, subtract};
use crate::conversations::messages::message;
use crate::conversations::rows::conversations_of;
use crate::database::Database;
use crate::messages::recalls::marks;
use crate::schema::{conversation_messages as messages, conversations};
use crate::sql::composed::ComposedSql;

#[async_trait]
impl MessageChanges for Database {
    async fn find(&self, id: MessageId) -> StoreResult<Option<PublishedMessage>> {
        self.read(move |conn| {
            let row: Option<(i64, i64, Option<i64>)> = messages::table
                .filter(messages::id.eq(id.0))
                .select((messages::send_user_id, messages::receive_user_id, messages::recalled_at))
                .first(conn)
                .optional()?;
            let (Some((sender, recipient, recalled_at)), Some(found)) = (row, message(conn, id.0)?) else {
                return Ok(None);
            };
            Ok(Some(PublishedMessage {
                sender: UserId(sender),
                recipient: UserId(recipient),
                body: found.body,
                is_recalled: recalled_at.is_some(),
                delivery: found.delivery,
                sent_at: found.sent_at,
            }))
        })
        .await
    }

    async fn recall(&self, id: MessageId, recall: Recall, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            let Some((conversation, touched)) = locked(conn, id, at)? else { return Ok(()) };
            diesel::update(messages::table.filter(messages::id.eq(id.0)))
                .set((
                    messages::recalled_at.eq(at.0),
                    messages::recall_marks.eq(marks(&recall, touched.visibility().sender)),
                    messages::is_enable.eq(false),
                ))
                .execute(conn)?;
            for user in [conversation.pair.a(), conversation.pair.b()] {
                let Ok(view) = conversation.seen_by(user) else { continue };
                if !touched.visibility().shows_in(&view) {
                    continue;
                }
                subtract(conn, &view, i64::from(touched.visibility().is_unread_in(&view)), 1)?;
                if view.own.latest.as_ref().and_then(|latest| latest.id) == Some(id) {
                    let newest = newest(conn, &view, view.own.cleared_seq)?;
                    set_latest(conn, &view, newest.as_ref())?;
                }
            }
            events.push(Event::MessageRecalled(changed(&conversation, id)));
            follow_latest(conn, &conversation, id)
        })
        .await
    }

    async fn rewrite(&self, id: MessageId, body: &Body, at: Millis) -> StoreResult<()> {
        if matches!(body, Body::File { .. }) {
            return Ok(());
        }
        let body = body.clone();
        self.change(move |conn, events| {
            let Some((conversation, _)) = locked(conn, id, at)? else { return Ok(()) };
            keep_revision(conn, id, at)?;
            say(conn, &conversation, id, &body)?;
            let edited = messages::table.filter(messages::id.eq(id.0));
            diesel::update(edited).set(messages::edited_at.eq(at.0)).execute(conn)?;
            events.push(Event::MessageEdited(changed(&conversation, id)));
            Ok(())
        })
        .await
    }
}

/// Has a message, whose conversation is locked, say something else wherever it shows.
pub(crate) fn say(
    conn: &mut AnyConnection,
    conversation: &Conversation,
    id: MessageId,
    body: &Body,
) -> QueryResult<()> {
    let (text, content) = match body {
        Body::Text(text) => (Some(text.as_str()), None),
        Body::Typed { content, .. } => (kept_text(body), Some(content.as_str())),
        Body::File { .. } => return Ok(()),
    };
    let delivery = message(conn, id.0)?.and_then(|message| message.delivery);
    let delivery = delivery.as_ref().map(to_json);
    // What was shared with other recipients is not theirs to lose, so this message gets its own.
    let mut statement =
        ComposedSql::new("UPDATE conversation_messages SET content_id = NULL, message_text = ");
    statement.opt_text(text).sql(", content = ").opt_text(content);
    statement.sql(", delivery = ").opt_text(delivery.as_deref()).sql(" WHERE id = ").int(id.0);
    statement.execute(conn)?;
    rename_latest(conn, conversation, id, &body.brief())
}

/// A message of a conversation, for those who hear that it changed.
pub(crate) fn changed(conversation: &Conversation, id: MessageId) -> ChangedMessage {
    ChangedMessage { id, conversation: conversation.id, pair: conversation.pair }
}

/// The message with its conversation, which is locked; `None` if it shows to nobody.
pub(crate) fn locked(
    conn: &mut AnyConnection,
    id: MessageId,
    at: Millis,
) -> QueryResult<Option<(Conversation, Touched)>> {
    let own = || messages::table.filter(messages::id.eq(id.0));
    let conversation: Option<i64> = own().select(messages::conversation_id).first(conn).optional()?;
    let Some(conversation) = conversation else { return Ok(None) };
    lock(conn, &[conversation], at)?;
    let touched: Touched = own().select(Touched::as_select()).first(conn)?;
    let found = conversations_of(conn, &[conversation])?.pop();
    Ok(found.map(|found| (found, touched)).filter(|(_, touched)| touched.is_enable))
}

/// The newest message that anybody sees is the latest of the conversation itself, if `gone` was it.
pub(crate) fn follow_latest(
    conn: &mut AnyConnection,
    conversation: &Conversation,
    gone: MessageId,
) -> QueryResult<()> {
    let id = conversation.id.0;
    let latest: Option<i64> = conversations::table
        .filter(conversations::id.eq(id))
        .select(conversations::latest_message_id)
        .first(conn)?;
    if latest != Some(gone.0) {
        return Ok(());
    }
    let left: Option<i64> = messages::table
        .filter(messages::conversation_id.eq(id).and(messages::is_enable.eq(true)))
        .order(messages::seq.desc())
        .select(messages::id)
        .first(conn)
        .optional()?;
    let left = left.map(|left| message(conn, left)).transpose()?.flatten();
    let brief = left.as_ref().map(|message| message.body.brief());
    let mut statement = ComposedSql::new("UPDATE conversations SET latest_message_id = ");
    statement.opt_int(left.as_ref().map(|message| message.id.0));
    statement.sql(", latest_message_time = ").opt_int(left.map(|message| message.sent_at.0));
    statement.sql(", latest_message_brief = ").opt_text(brief.as_deref());
    statement.sql(" WHERE id = ").int(id);
    statement.execute(conn).map(drop)
}

fn keep_revision(conn: &mut AnyConnection, id: MessageId, at: Millis) -> QueryResult<()> {
    let mut statement = ComposedSql::new(
        "INSERT INTO message_revisions (message_id, message_text, content, replaced_at) \
         SELECT m.id, COALESCE(m.message_text, c.message_text), COALESCE(m.content, c.content), ",
    );
    statement.int(at.0);
    statement.sql(
        " FROM conversation_messages AS m LEFT JOIN message_contents AS c ON c.id = m.content_id WHERE m.id = ",
    );
    statement.int(id.0);
    statement.execute(conn).map(drop)
}

/// Wherever the message is the latest it shows with its new brief.
fn rename_latest(
    conn: &mut AnyConnection,
    conversation: &Conversation,
    id: MessageId,
    brief: &str,
) -> QueryResult<()> {
    for of in ["", "a_", "b_"] {
        let mut statement = ComposedSql::new(format!("UPDATE conversations SET {of}latest_message_brief = "));
        statement.opt_text(Some(brief)).sql(" WHERE id = ").int(conversation.id.0);
        statement.sql(format!(" AND {of}latest_message_id = ")).int(id.0);
        statement.execute(conn)?;
    }
    Ok(())
}
