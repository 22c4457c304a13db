//! A user's list of conversations: two limited legs, one a side. Their indexes hold the hour of the latest message and not its time,
//! or each send would have to write an entry anew: a leg walks as many entries as it may need, by hours downwards, and sorts what is in
//! these hours.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use sixin_application::conversations::ports::{ListQuery, ListStart, ListTotals};
use sixin_domain::conversation::Conversation;
use sixin_domain::id::UserId;

use crate::connection::connector::AnyConnection;
use crate::conversations::counters::hour;
use crate::conversations::rows::conversations_of;
use crate::sql::composed::{ComposedSql, Spelling};

const SIDES: [&str; 2] = ["a", "b"];

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// A page of the list. The legs find ids in their indexes alone; only rows that are shown are read.
pub(crate) fn page(conn: &mut AnyConnection, query: ListQuery) -> QueryResult<Vec<Conversation>> {
    let ids: Vec<i64> =
        ids(Spelling::of(conn), query).load::<Id>(conn)?.into_iter().map(|row| row.id).collect();
    let mut found: HashMap<i64, Conversation> =
        conversations_of(conn, &ids)?.into_iter().map(|found| (found.id.0, found)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

fn ids(spelling: Spelling, query: ListQuery) -> ComposedSql<'static> {
    let offset = match query.start {
        ListStart::Offset(offset) => offset,
        ListStart::After(..) => 0,
    };
    let mut statement = ComposedSql::new("SELECT id FROM (");
    for side in SIDES {
        statement.sql(if side == "a" { "SELECT * FROM (" } else { " UNION ALL SELECT * FROM (" });
        leg(&mut statement, spelling, side, query, offset.saturating_add(query.limit));
        statement.sql(format!(") AS of_{side}"));
    }
    statement.sql(") AS legs ORDER BY sort_time DESC, id DESC LIMIT ").int(query.limit);
    statement.sql(" OFFSET ").int(offset);
    statement
}

/// The conversations in which the user is on that side, as far as they can be among the first `limit` of both.
fn leg(statement: &mut ComposedSql<'static>, spelling: Spelling, side: &str, query: ListQuery, limit: i64) {
    statement.sql(format!("SELECT id, {side}_latest_message_time AS sort_time"));
    shown(statement, spelling, side, query.user, query.pinned);
    if let ListStart::After(time, id) = query.start {
        // By hours, that the index may bound the walk.
        statement.sql(format!(" AND {side}_latest_hour <= ")).int(hour(time.0));
        statement.sql(format!(" AND ({side}_latest_message_time < ")).int(time.0);
        statement.sql(format!(" OR {side}_latest_message_time = ")).int(time.0);
        statement.sql(" AND id < ").int(id.0).sql(")");
    }
    // Pinned ones are few, and found by an index without hours.
    if query.pinned != Some(true) {
        statement.sql(format!(" AND {side}_latest_hour >= "));
        last_hour(statement, spelling, side, query, limit);
    }
    statement.sql(format!(" ORDER BY {side}_latest_message_time DESC, id DESC LIMIT ")).int(limit);
}

/// The hour in which the leg comes to its end at the latest, from the index alone: that of the `limit`th entry, not counting the hour
/// in which the part begins.
fn last_hour(
    statement: &mut ComposedSql<'static>,
    spelling: Spelling,
    side: &str,
    query: ListQuery,
    limit: i64,
) {
    statement.sql(format!("COALESCE((SELECT {side}_latest_hour"));
    shown(statement, spelling, side, query.user, query.pinned);
    if let ListStart::After(time, _) = query.start {
        statement.sql(format!(" AND {side}_latest_hour < ")).int(hour(time.0));
    }
    statement.sql(format!(" ORDER BY {side}_latest_hour DESC LIMIT 1 OFFSET "));
    statement.int(limit.saturating_sub(1).max(0)).sql("), 0)");
}

/// `FROM` and `WHERE` of the conversations that show in a user's list, on one side. Pinned ones are few.
fn shown(
    statement: &mut ComposedSql<'static>,
    spelling: Spelling,
    side: &str,
    user: UserId,
    pinned: Option<bool>,
) {
    let index = if pinned == Some(true) { "pin" } else { "list" };
    let table = spelling.by_index("conversations", &format!("conversations_{side}_{index}"));
    statement.sql(format!(" FROM {table} WHERE {side}_user_id = ")).int(user.0);
    statement.sql(format!(" AND {side}_is_display = 1"));
    if let Some(pinned) = pinned {
        statement.sql(format!(" AND {side}_is_pin = ")).int(pinned);
    }
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    conversations: i64,
    #[diesel(sql_type = BigInt)]
    unread: i64,
}

/// Sums over the list: how many there are by the index of the list, what is unread by that of the status.
pub(crate) fn totals(
    conn: &mut AnyConnection,
    user: UserId,
    pinned: Option<bool>,
) -> QueryResult<ListTotals> {
    let spelling = Spelling::of(conn);
    let mut statement = ComposedSql::new(
        "SELECT of_a.conversations + of_b.conversations AS conversations, new_a.unread + new_b.unread AS unread FROM ",
    );
    for side in SIDES {
        statement.sql(if side == "a" { "" } else { ", " });
        statement.sql("(SELECT COUNT(*) AS conversations");
        shown(&mut statement, spelling, side, user, pinned);
        // A sum is a decimal number in MySQL.
        statement.sql(format!(
            ") AS of_{side}, (SELECT CAST(COALESCE(SUM({side}_unread), 0) AS SIGNED) AS unread FROM {} WHERE {side}_user_id = ",
            spelling.by_index("conversations", &format!("conversations_{side}_status"))
        ));
        statement.int(user.0).sql(format!(" AND {side}_status = 1 AND {side}_is_display = 1"));
        if let Some(pinned) = pinned {
            statement.sql(format!(" AND {side}_is_pin = ")).int(pinned);
        }
        statement.sql(format!(") AS new_{side}"));
    }
    let sums = statement.load::<Sums>(conn)?.pop();
    Ok(sums.map_or(ListTotals::default(), |sums| ListTotals {
        conversations: sums.conversations,
        unread: sums.unread,
    }))
}
