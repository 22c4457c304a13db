//! What users read often is found by an index, on either database, in as many statements whatever comes of it.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use sixin_application::conversations::ports::{ListQuery, ListStart, MessageQuery, Order};
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::list::{page as list_page, totals as list_totals};
use crate::conversations::messages::{made as logged_messages, messages as view_messages};
use crate::tests::conversations::views::all_of;
use crate::tests::harness::{TestDatabase, on_mysql, on_sqlite};

type Backend = <AnyConnection as Connection>::Backend;

/// Texts of the statements that ran.
#[derive(Clone, Default)]
struct Texts(Arc<Mutex<Vec<String>>>);

impl Instrumentation for Texts {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            self.0.lock().unwrap().push(text.split(" -- binds").next().unwrap().to_owned());
        }
    }
}

/// Conversations of user 500 with 300 others, on both sides, and 300 messages in one of them.
fn fill(db: &TestDatabase) -> i64 {
    let peers = (1..=150).chain(601..=750);
    let units: Vec<SendUnit> = peers.map(|peer| db.unit(peer, &[500], "hi")).collect();
    let first = db.database.append(units).remove(0).unwrap().placed[0].place.unwrap().0.0;
    db.database.append((0..300).map(|_| db.unit(1, &[500], "hi")).collect());
    // Others, among whom those are not many.
    let others = (0..1000).map(|number| db.unit(1000 + number, &[2000 + number * 7 % 1000], "hi"));
    db.database.append(others.collect());
    first
}

/// The statements of everything a client reads, with a page of that size.
fn statements(db: &TestDatabase, conversation: i64, limit: i64) -> Vec<String> {
    let texts = Texts::default();
    let mut conn = db.database.writer().unwrap();
    conn.set_instrumentation(texts.clone());
    let user = UserId(500);
    for pinned in [None, Some(true), Some(false)] {
        for start in [
            ListStart::Offset(0),
            ListStart::Offset(40),
            ListStart::After(Millis(i64::MAX), ConversationId(7)),
        ] {
            list_page(&mut conn, ListQuery { user, pinned, start, limit }).unwrap();
        }
        list_totals(&mut conn, user, pinned).unwrap();
    }
    for order in [Order::Newest, Order::Oldest] {
        let all = MessageQuery { order, limit, ..all_of(500, conversation) };
        for query in [all, MessageQuery { after: 10, before: 90, ..all }, MessageQuery { offset: 50, ..all }]
        {
            assert!(!view_messages(&mut conn, query).unwrap().is_empty());
        }
    }
    assert!(!logged_messages(&mut conn, &(0..i64::MAX), limit).unwrap().is_empty());
    let texts = texts.0.lock().unwrap();
    texts.clone()
}

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct MysqlStep {
    #[diesel(sql_type = Nullable<Text>, column_name = "table")]
    table: Option<String>,
    #[diesel(sql_type = Nullable<Text>, column_name = "type")]
    kind: Option<String>,
    #[diesel(sql_type = Nullable<Text>, column_name = "key")]
    index: Option<String>,
}

/// What a database says of how it would carry out a statement.
fn explain<T>(conn: &mut AnyConnection, how: &str, statement: &str) -> Vec<T>
where
    T: QueryableByName<Backend> + 'static,
{
    diesel::sql_query(format!("{how} {}", statement.replace('?', "1"))).load(conn).unwrap()
}

#[test]
fn as_many_statements_whatever_the_size_of_a_page() {
    for on in [on_sqlite, on_mysql] {
        on(|db| {
            let conversation = fill(db);
            assert_eq!(statements(db, conversation, 2).len(), statements(db, conversation, 30).len());
        });
    }
}

#[test]
fn sqlite_reads_lists_and_messages_by_their_indexes() {
    on_sqlite(|db| {
        let conversation = fill(db);
        let statements = statements(db, conversation, 15);
        let mut conn = db.database.writer().unwrap();
        for statement in statements {
            let steps: Vec<SqliteStep> = explain(&mut conn, "EXPLAIN QUERY PLAN", &statement);
            for SqliteStep { detail } in &steps {
                let reads_all = ["conversations", "conversation_messages", "m", "message_contents", "c"]
                    .iter()
                    .any(|table| detail == &format!("SCAN {table}"));
                assert!(!reads_all, "{statement}: {detail}");
            }
            if statement.contains("AS legs") && !statement.contains("_is_pin = ") {
                let covering =
                    steps.iter().filter(|step| step.detail.contains("COVERING INDEX conversations_"));
                assert_eq!(covering.count(), 2, "{statement}");
            }
        }
    });
}

#[test]
fn mysql_reads_lists_and_messages_by_their_indexes() {
    on_mysql(|db| {
        let conversation = fill(db);
        let statements = statements(db, conversation, 15);
        let mut conn = db.database.writer().unwrap();
        for statement in statements {
            let steps: Vec<MysqlStep> = explain(&mut conn, "EXPLAIN FORMAT=TRADITIONAL", &statement);
            for step in &steps {
                let table = step.table.as_deref().unwrap_or_default();
                let is_stored =
                    ["conversations", "conversation_messages", "m", "message_contents", "c"].contains(&table);
                let by_index =
                    step.index.is_some() && !matches!(step.kind.as_deref(), None | Some("ALL" | "index"));
                assert!(!is_stored || by_index, "{statement}: {table} {:?}", step.kind);
            }
        }
    });
}
