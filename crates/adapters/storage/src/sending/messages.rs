//! The messages of a batch.

use super::delivery_json::to_json;
use sixin_domain::message::delivery::DeliveryOptions;
use std::collections::HashMap;
use std::rc::Rc;

use diesel::QueryResult;
use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::MessageId;
use sixin_domain::log::Position;
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::message::object_name::STREAM;

use super::conversations::Next;
use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, chunks};

/// Content for several recipients is stored once if it is larger than this many bytes.
const SHARE_ABOVE: usize = 1024;

/// Gives each message of a unit its place; `None` if a conversation is missing, which only a concurrent deletion of
/// the row could bring about.
pub(super) fn place(unit: &SendUnit, places: &mut HashMap<Pair, Next>) -> Option<Vec<Placed>> {
    unit.messages
        .iter()
        .map(|message| {
            let mut placed = Placed {
                id: message.id,
                recipient: message.recipient,
                place: None,
                sent_at: unit.accepted_at,
            };
            if unit.envelope.effects.is_persisted {
                let next = places.get_mut(&Pair::of(unit.envelope.sender, message.recipient)?)?;
                placed.place = Some((next.conversation, next.seq));
                placed.sent_at = next.sent_at;
                next.seq += 1;
                next.sent_at = next.sent_at.plus(1);
            }
            Some(placed)
        })
        .collect()
}

/// The text of a body as its column holds it. That of a message that may grow is in its content alone: it may be longer than the
/// column, and would be written twice with every step.
pub(crate) fn kept_text(body: &Body) -> Option<&str> {
    match body {
        Body::Typed { object_name, .. } if object_name.as_str() == STREAM => None,
        body => body.text(),
    }
}

/// What the columns of a body hold.
#[derive(Clone)]
struct BodyColumns<'a> {
    message_type: i64,
    text: Option<&'a str>,
    file: Option<i64>,
    object_name: Option<&'a str>,
    content: Option<&'a str>,
    delivery: Option<Rc<str>>,
    /// Where text, content and delivery are instead, if several messages share them.
    shared: Option<MessageId>,
}

impl<'a> BodyColumns<'a> {
    /// Of the messages that have none of their own.
    fn of(unit: &'a SendUnit) -> Self {
        let envelope = &unit.envelope;
        Self { shared: shared_content(unit), ..Self::unshared(&envelope.body, envelope.delivery.as_ref()) }
    }

    fn unshared(body: &'a Body, delivery: Option<&DeliveryOptions>) -> Self {
        let none = Self {
            message_type: 1,
            text: None,
            file: None,
            object_name: None,
            content: None,
            delivery: delivery.map(|options| to_json(options).into()),
            shared: None,
        };
        match body {
            Body::Text(text) => Self { text: Some(text), ..none },
            Body::File { file, .. } => Self { message_type: 2, file: Some(file.0), ..none },
            Body::Typed { object_name, content, .. } => Self {
                message_type: 3,
                object_name: Some(object_name.as_str()),
                text: kept_text(body),
                content: Some(content),
                ..none
            },
        }
    }

    fn bind<'b>(&'b self, statement: &mut ComposedSql<'b>) {
        let own = |value: Option<&'b str>| if self.shared.is_some() { None } else { value };
        statement.int(self.message_type).comma().opt_text(own(self.text)).comma().opt_int(self.file).comma();
        statement.opt_text(self.object_name).comma().opt_text(own(self.content)).comma();
        statement.opt_int(self.shared.map(|id| id.0)).comma().opt_text(own(self.delivery.as_deref())).comma();
    }
}

/// The id of the content row of a unit that has one: that of the first message that says what others say too.
fn shared_content(unit: &SendUnit) -> Option<MessageId> {
    let delivery = unit.envelope.delivery.as_ref().map_or(0, DeliveryOptions::weight);
    if unit.envelope.body.weight() + delivery <= SHARE_ABOVE {
        return None;
    }
    let mut sharing = unit.messages.iter().filter(|message| message.own.is_none());
    let first = sharing.next()?;
    sharing.next().map(|_| first.id)
}

struct Row<'a> {
    unit: &'a SendUnit,
    columns: BodyColumns<'a>,
    placed: &'a Placed,
    position: Position,
}

/// Writes the messages, shared content first, each with its place in the log: the first one at `first`, the others after it.
pub(super) fn insert(
    conn: &mut AnyConnection,
    units: &[&SendUnit],
    placed: &[Vec<Placed>],
    first: Position,
) -> QueryResult<()> {
    insert_contents(conn, units)?;
    let (mut kept, mut transient) = (Vec::new(), Vec::new());
    let mut positions = (0..).map(|index| first.plus(index));
    for (unit, placed) in units.iter().zip(placed) {
        let common = BodyColumns::of(unit);
        let rows =
            unit.messages.iter().zip(placed).zip(&mut positions).map(|((message, placed), position)| {
                let own = message.own.as_deref();
                let own = own.map(|own| BodyColumns::unshared(&own.body, own.delivery.as_ref()));
                Row { unit, columns: own.unwrap_or_else(|| common.clone()), placed, position }
            });
        if unit.envelope.effects.is_persisted { kept.extend(rows) } else { transient.extend(rows) }
    }
    insert_kept(conn, &kept)?;
    insert_transient(conn, &transient)
}

fn insert_contents(conn: &mut AnyConnection, units: &[&SendUnit]) -> QueryResult<()> {
    let shared = units.iter().filter_map(|unit| {
        let is_transient = !unit.envelope.effects.is_persisted;
        Some((shared_content(unit)?, is_transient, BodyColumns::of(unit)))
    });
    let shared: Vec<(MessageId, bool, BodyColumns<'_>)> = shared.collect();
    for chunk in chunks(&shared) {
        let mut statement = ComposedSql::new(
            "INSERT INTO message_contents (id, is_transient, message_text, content, delivery) VALUES ",
        );
        statement.rows(chunk, |statement, (id, is_transient, columns)| {
            statement.int(id.0).comma().int(*is_transient).comma();
            statement.opt_text(columns.text).comma().opt_text(columns.content).comma();
            statement.opt_text(columns.delivery.as_deref());
        });
        statement.execute(conn)?;
    }
    Ok(())
}

fn insert_kept(conn: &mut AnyConnection, rows: &[Row<'_>]) -> QueryResult<()> {
    for chunk in chunks(rows) {
        let mut statement = ComposedSql::new(
            "INSERT INTO conversation_messages (id, send_user_id, receive_user_id, \
             message_type, message_text, message_file_id, object_name, content, content_id, delivery, \
             is_counted, sender_visible, created_at, pos, conversation_id, seq) VALUES ",
        );
        statement.rows(chunk, |statement, row| {
            bind_message(statement, row);
            let (conversation, seq) = row.placed.place.map_or((0, 0), |(id, seq)| (id.0, seq));
            statement.comma().int(conversation).comma().int(seq);
        });
        statement.execute(conn)?;
    }
    Ok(())
}

fn insert_transient(conn: &mut AnyConnection, rows: &[Row<'_>]) -> QueryResult<()> {
    for chunk in chunks(rows) {
        let mut statement = ComposedSql::new(
            "INSERT INTO transient_messages (id, send_user_id, receive_user_id, \
             message_type, message_text, message_file_id, object_name, content, content_id, delivery, \
             is_counted, sender_visible, created_at, pos) VALUES ",
        );
        statement.rows(chunk, bind_message);
        statement.execute(conn)?;
    }
    Ok(())
}

/// The columns both kinds of message have.
fn bind_message<'a>(statement: &mut ComposedSql<'a>, row: &'a Row<'_>) {
    let effects = row.unit.envelope.effects;
    statement.int(row.placed.id.0).comma().int(row.unit.envelope.sender.0).comma();
    statement.int(row.placed.recipient.0).comma();
    row.columns.bind(statement);
    statement.int(effects.is_counted).comma().int(effects.sender_visible).comma();
    statement.int(row.placed.sent_at.0).comma().int(row.position.0);
}
