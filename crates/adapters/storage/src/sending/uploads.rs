//! Uploads, each of which belongs to one message. What another process binds between our look and our write is caught
//! by the row count, and the batch looks again.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::result::Error;
use sixin_application::sending::ports::SendUnit;
use sixin_domain::message::Placed;

use crate::connection::connector::AnyConnection;
use crate::schema::file_usages;
use crate::sql::composed::{ComposedSql, chunks};

/// Those among the uploads of a batch that are not bound yet.
pub(super) fn free(conn: &mut AnyConnection, units: &[&SendUnit]) -> QueryResult<HashSet<i64>> {
    let ids: Vec<i64> = units.iter().filter_map(|unit| unit.upload).map(|upload| upload.0).collect();
    let mut free = HashSet::new();
    for ids in ids.chunks(500) {
        #[cfg(test)]
        crate::faults::pass(crate::faults::Step::Statement)?;
        let rows: Vec<i64> = file_usages::table
            .filter(file_usages::id.eq_any(ids).and(file_usages::table_id.is_null()))
            .select(file_usages::id)
            .load(conn)?;
        free.extend(rows);
    }
    Ok(free)
}

/// An upload and where its message is.
struct Binding {
    upload: i64,
    message: i64,
    key: Option<String>,
}

/// Points uploads to their messages (docs/wire/fresns.md#writes), in the transaction of the messages.
pub(super) fn bind(conn: &mut AnyConnection, units: &[&SendUnit], placed: &[Vec<Placed>]) -> QueryResult<()> {
    let binding = |(unit, placed): (&&SendUnit, &Vec<Placed>)| {
        let message = placed.first()?;
        let key = message.place.map(|(conversation, _)| format!("Conversation-{conversation}"));
        Some(Binding { upload: unit.upload?.0, message: message.id.0, key })
    };
    let mut bindings: Vec<Binding> = units.iter().zip(placed).filter_map(binding).collect();
    bindings.sort_unstable_by_key(|binding| binding.upload);
    for chunk in chunks(&bindings) {
        if statement(chunk).execute(conn)? != chunk.len() {
            return Err(Error::NotFound);
        }
    }
    Ok(())
}

fn statement(bindings: &[Binding]) -> ComposedSql<'_> {
    let mut statement = ComposedSql::new("UPDATE file_usages SET table_id = CASE id");
    for binding in bindings {
        statement.sql(" WHEN ").int(binding.upload).sql(" THEN ").int(binding.message);
    }
    statement.sql(" END, table_key = CASE id");
    for binding in bindings {
        statement.sql(" WHEN ").int(binding.upload).sql(" THEN ").opt_text(binding.key.as_deref());
    }
    statement.sql(" END WHERE table_id IS NULL AND id IN ");
    statement.sql("(");
    for (number, binding) in bindings.iter().enumerate() {
        statement.sql(if number == 0 { "" } else { ", " }).int(binding.upload);
    }
    statement.sql(")");
    statement
}
