//! What back ends have set for messages since they were sent: table `message_expansions`.

use std::collections::HashMap;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use sixin_application::messages::ports::MessageExpansions;
use sixin_application::ports::StoreResult;
use sixin_domain::event::Event;
use sixin_domain::id::MessageId;
use sixin_domain::message::expansion::{Change, Changes, Edit, Expansion, ExpansionRefusal};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::messages::changes::{changed, locked};
use crate::sql::composed::{ComposedSql, Spelling, chunks};

#[async_trait]
impl MessageExpansions for Database {
    async fn changes(&self, messages: &[MessageId]) -> StoreResult<HashMap<MessageId, Changes>> {
        let messages = messages.to_vec();
        self.read(move |conn| changes_of(conn, &messages)).await
    }

    async fn edit(
        &self,
        message: MessageId,
        before: Expansion,
        edit: Edit,
        at: Millis,
    ) -> StoreResult<Result<(), ExpansionRefusal>> {
        self.change(move |conn, events| {
            // Whoever changes the pairs of a message waits here, so that what is counted is what there is.
            let Some((conversation, _)) = locked(conn, message, at)? else {
                return Ok(Err(ExpansionRefusal::Recalled));
            };
            let changes = changes_of(conn, &[message])?.remove(&message).unwrap_or_default();
            let edits = match (Expansion { changes, ..before.clone() }).edited(edit.clone(), at) {
                Ok(edits) => edits,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let kept: Vec<(&str, &Change)> =
                edits.iter().filter_map(|(key, change)| Some((key.as_str(), change.as_ref()?))).collect();
            keep(conn, message, &kept)?;
            let forgotten = edits.iter().filter(|(_, change)| change.is_none());
            let forgotten: Vec<&str> = forgotten.map(|(key, _)| key.as_str()).collect();
            forget(conn, message, &forgotten)?;
            events.push(Event::MessageExpanded(changed(&conversation, message)));
            Ok(Ok(()))
        })
        .await
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    message_id: i64,
    #[diesel(sql_type = Text)]
    item_key: String,
    #[diesel(sql_type = Nullable<Text>)]
    item_value: Option<String>,
    #[diesel(sql_type = BigInt)]
    set_at: i64,
}

/// One statement, however many messages.
fn changes_of(conn: &mut AnyConnection, messages: &[MessageId]) -> QueryResult<HashMap<MessageId, Changes>> {
    let mut found: HashMap<MessageId, Changes> = HashMap::new();
    if messages.is_empty() {
        return Ok(found);
    }
    let table = Spelling::of(conn).by_index("message_expansions", "PRIMARY");
    let mut statement = ComposedSql::new(format!(
        "SELECT message_id, item_key, item_value, set_at FROM {table} WHERE message_id IN "
    ));
    list(&mut statement, messages, |statement, message| statement.int(message.0));
    for row in statement.load::<Row>(conn)? {
        let change = Change { value: row.item_value, at: Millis(row.set_at) };
        found.entry(MessageId(row.message_id)).or_default().insert(row.item_key, change);
    }
    Ok(found)
}

fn keep(conn: &mut AnyConnection, message: MessageId, changes: &[(&str, &Change)]) -> QueryResult<()> {
    let spelling = Spelling::of(conn);
    for chunk in chunks(changes) {
        let mut statement = ComposedSql::new(
            "INSERT INTO message_expansions (message_id, item_key, item_value, set_at) VALUES ",
        );
        statement.rows(chunk, |statement, (key, change)| {
            statement.int(message.0).comma().opt_text(Some(key)).comma();
            statement.opt_text(change.value.as_deref()).comma().int(change.at.0);
        });
        let new = ["item_value", "set_at"].map(|column| format!("{column} = {}", spelling.inserted(column)));
        statement.sql(spelling.on_conflict("message_id, item_key") + &new.join(", "));
        statement.execute(conn)?;
    }
    Ok(())
}

fn forget(conn: &mut AnyConnection, message: MessageId, keys: &[&str]) -> QueryResult<()> {
    for chunk in chunks(keys) {
        let mut statement = ComposedSql::new("DELETE FROM message_expansions WHERE message_id = ");
        statement.int(message.0).sql(" AND item_key IN ");
        list(&mut statement, chunk, |statement, key| statement.opt_text(Some(key)));
        statement.execute(conn)?;
    }
    Ok(())
}

/// Adds `(value, value, ...)`.
fn list<'a, T>(
    statement: &mut ComposedSql<'a>,
    values: &'a [T],
    bind: impl for<'s> Fn(&'s mut ComposedSql<'a>, &'a T) -> &'s mut ComposedSql<'a>,
) {
    for (number, value) in values.iter().enumerate() {
        bind(statement.sql(if number == 0 { "(" } else { ", " }), value);
    }
    statement.sql(")");
}
