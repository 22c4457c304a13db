//! The conversations of a batch: one upsert, and one look at what came of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::sql_types::{BigInt, Bool, Nullable, SmallInt};
use diesel::{QueryResult, QueryableByName};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::time::Millis;

use super::fold::{Delta, Latest, SideDelta};
use crate::connection::connector::AnyConnection;
use crate::conversations::counters::hour;
use crate::sql::composed::{ComposedSql, Spelling, chunks};

const COLUMNS: &str = "id, a_user_id, b_user_id, last_seq, last_sent_at, created_at, \
     latest_message_id, latest_message_time, latest_message_brief, \
     a_status, a_is_display, a_latest_hour, a_unread, a_message_count, \
     a_latest_message_id, a_latest_message_time, a_latest_message_brief, \
     b_status, b_is_display, b_latest_hour, b_unread, b_message_count, \
     b_latest_message_id, b_latest_message_time, b_latest_message_brief";

/// Adds the messages of a batch to their conversations, making those that do not exist yet.
pub(super) fn upsert(conn: &mut AnyConnection, deltas: &[Delta]) -> QueryResult<()> {
    let on_conflict = match Spelling::of(conn) {
        Spelling::Mysql => &*ON_CONFLICT_MYSQL,
        Spelling::Sqlite => &*ON_CONFLICT_SQLITE,
    };
    for chunk in chunks(deltas) {
        let mut statement = ComposedSql::new(format!("INSERT INTO conversations ({COLUMNS}) VALUES "));
        statement.rows(chunk, bind).sql(on_conflict);
        statement.execute(conn)?;
    }
    Ok(())
}

/// The row as it is if the conversation is new.
fn bind<'a>(statement: &mut ComposedSql<'a>, delta: &'a Delta) {
    let time = |index: i64| delta.not_before.plus(index).0;
    statement.int(delta.id_if_new.0).comma().int(delta.pair.a().0).comma().int(delta.pair.b().0).comma();
    statement.int(delta.count).comma().int(time(delta.count - 1)).comma().int(delta.not_before.0).comma();
    let index = delta.latest.as_ref().map(|latest| latest.index);
    bind_latest(statement, delta.latest.as_ref(), index.map(time));
    for side in [&delta.a, &delta.b] {
        statement.comma();
        bind_side(statement, side, time);
    }
}

fn bind_side<'a>(statement: &mut ComposedSql<'a>, side: &'a SideDelta, time: impl Fn(i64) -> i64) {
    let index = side.latest.as_ref().map(|latest| latest.index).or(side.shown_at);
    let time = index.map(time);
    Standing::of(side.unread, side.messages > 0, time).bind(statement);
    statement.comma().int(side.unread).comma().int(side.messages).comma();
    bind_latest(statement, side.latest.as_ref(), time);
}

fn bind_latest<'a>(statement: &mut ComposedSql<'a>, latest: Option<&'a Latest>, time: Option<i64>) {
    statement.opt_int(latest.map(|latest| latest.id.0)).comma();
    statement.opt_int(time).comma();
    statement.opt_text(latest.map(|latest| latest.brief.as_str()));
}

static ON_CONFLICT_MYSQL: LazyLock<String> = LazyLock::new(|| on_conflict(Spelling::Mysql));
static ON_CONFLICT_SQLITE: LazyLock<String> = LazyLock::new(|| on_conflict(Spelling::Sqlite));

/// What happens to a conversation that exists.
///
/// MySQL evaluates assignments from left to right and lets later ones see what earlier ones did, SQLite does not. So
/// everything that reads `last_sent_at` stands before its assignment, and both do the same.
fn on_conflict(spelling: Spelling) -> String {
    let new = |column: &str| spelling.inserted(column);
    // Strictly increasing: the batch's times, moved up if the conversation is already past them.
    let last_sent_at = format!(
        "CASE WHEN last_sent_at + {count} > {last} THEN last_sent_at + {count} ELSE {last} END",
        count = new("last_seq"),
        last = new("last_sent_at")
    );
    let mut assignments = Vec::new();
    for prefix in ["", "a_", "b_"] {
        let id = format!("{prefix}latest_message_id");
        let (time, brief) = (format!("{prefix}latest_message_time"), format!("{prefix}latest_message_brief"));
        let new_time = format!("{last_sent_at} - {} + {}", new("last_sent_at"), new(&time));
        // A message that does not become the latest gives its time only to a conversation that has none.
        assignments.push(format!(
            "{time} = CASE WHEN {} IS NULL THEN COALESCE({time}, {new_time}) ELSE {new_time} END",
            new(&id)
        ));
        for column in [&brief, &id] {
            let value = new(column);
            assignments
                .push(format!("{column} = CASE WHEN {} IS NULL THEN {column} ELSE {value} END", new(&id)));
        }
    }
    // What indexes hold is not named here: SQLite writes an entry anew whose column is assigned, whatever to.
    for side in ["a", "b"] {
        for counter in [format!("{side}_unread"), format!("{side}_message_count")] {
            assignments.push(format!("{counter} = {counter} + {}", new(&counter)));
        }
    }
    assignments.push(format!("last_sent_at = {last_sent_at}"));
    assignments.push(format!("last_seq = last_seq + {}", new("last_seq")));
    spelling.on_conflict("a_user_id, b_user_id") + &assignments.join(", ")
}

/// Where a conversation stands in the list of one side: what the indexes over lists hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// 1 unread, 2 read.
    status: i64,
    is_display: bool,
    hour: Option<i64>,
}

/// The columns of a [`Standing`], of both sides.
const STANDINGS: [&str; 6] =
    ["a_status", "a_is_display", "a_latest_hour", "b_status", "b_is_display", "b_latest_hour"];

impl Standing {
    fn of(unread: i64, is_display: bool, time: Option<i64>) -> Self {
        Self { status: if unread > 0 { 1 } else { 2 }, is_display, hour: time.map(hour) }
    }

    fn bind(self, statement: &mut ComposedSql<'_>) {
        statement.int(self.status).comma().int(self.is_display).comma().opt_int(self.hour);
    }
}

/// Where the next message of a pair goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Next {
    pub(super) conversation: ConversationId,
    pub(super) seq: i64,
    pub(super) sent_at: Millis,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    a_user_id: i64,
    #[diesel(sql_type = BigInt)]
    b_user_id: i64,
    #[diesel(sql_type = BigInt)]
    last_seq: i64,
    #[diesel(sql_type = BigInt)]
    last_sent_at: i64,
    #[diesel(sql_type = BigInt)]
    a_unread: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    a_latest_message_time: Option<i64>,
    #[diesel(sql_type = SmallInt)]
    a_status: i16,
    #[diesel(sql_type = Bool)]
    a_is_display: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    a_latest_hour: Option<i64>,
    #[diesel(sql_type = BigInt)]
    b_unread: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    b_latest_message_time: Option<i64>,
    #[diesel(sql_type = SmallInt)]
    b_status: i16,
    #[diesel(sql_type = Bool)]
    b_is_display: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    b_latest_hour: Option<i64>,
}

impl Row {
    /// Where it stands for both sides.
    fn standings(&self) -> [Standing; 2] {
        let standing =
            |status: i16, is_display, hour| Standing { status: i64::from(status), is_display, hour };
        [
            standing(self.a_status, self.a_is_display, self.a_latest_hour),
            standing(self.b_status, self.b_is_display, self.b_latest_hour),
        ]
    }

    /// Where it is to stand after a batch.
    fn standings_after(&self, delta: &Delta) -> [Standing; 2] {
        let is_display = |is_display: bool, side: &SideDelta| is_display || side.messages > 0;
        [
            Standing::of(self.a_unread, is_display(self.a_is_display, &delta.a), self.a_latest_message_time),
            Standing::of(self.b_unread, is_display(self.b_is_display, &delta.b), self.b_latest_message_time),
        ]
    }
}

/// A conversation that moves in a list.
struct Move {
    id: i64,
    pair: Pair,
    standings: [Standing; 2],
}

/// Where the first message of the batch goes in each of its conversations. A plain read: the upsert has locked the
/// rows, and locking them again is what deadlocks. Those that stand elsewhere in a list now are moved: the first of an hour, the
/// first that is unread, and those that were not shown.
pub(super) fn places(conn: &mut AnyConnection, deltas: &[Delta]) -> QueryResult<HashMap<Pair, Next>> {
    let mut places = HashMap::with_capacity(deltas.len());
    let mut moves = Vec::new();
    let by_pair: HashMap<Pair, &Delta> = deltas.iter().map(|delta| (delta.pair, delta)).collect();
    let spelling = Spelling::of(conn);
    let table = spelling.by_index("conversations", "PRIMARY");
    for chunk in chunks(deltas) {
        let mut statement = ComposedSql::new(format!(
            "SELECT id, a_user_id, b_user_id, last_seq, last_sent_at, a_unread, b_unread, \
             a_latest_message_time, b_latest_message_time, {} FROM {table} WHERE (a_user_id, b_user_id) IN ",
            STANDINGS.join(", ")
        ));
        statement.among(spelling, chunk, |statement, delta| {
            statement.int(delta.pair.a().0).comma().int(delta.pair.b().0);
        });
        for row in statement.load::<Row>(conn)? {
            let Some(pair) = Pair::of(UserId(row.a_user_id), UserId(row.b_user_id)) else { continue };
            let Some(delta) = by_pair.get(&pair) else { continue };
            let next = Next {
                conversation: ConversationId(row.id),
                seq: row.last_seq - delta.count + 1,
                sent_at: Millis(row.last_sent_at - delta.count + 1),
            };
            places.insert(pair, next);
            let standings = row.standings_after(delta);
            if standings != row.standings() {
                moves.push(Move { id: row.id, pair, standings });
            }
        }
    }
    moves.sort_unstable_by_key(|moved| moved.pair);
    move_in_lists(conn, &moves)?;
    Ok(places)
}

fn move_in_lists(conn: &mut AnyConnection, moves: &[Move]) -> QueryResult<()> {
    let spelling = Spelling::of(conn);
    let assignments = STANDINGS.map(|column| format!("{column} = {}", spelling.inserted(column))).join(", ");
    for chunk in chunks(moves) {
        let mut statement = ComposedSql::new(format!(
            "INSERT INTO conversations (id, a_user_id, b_user_id, {}) VALUES ",
            STANDINGS.join(", ")
        ));
        statement.rows(chunk, |statement, moved| {
            statement.int(moved.id).comma().int(moved.pair.a().0).comma().int(moved.pair.b().0);
            for standing in moved.standings {
                statement.comma();
                standing.bind(statement);
            }
        });
        // They are there, so nothing is inserted.
        statement.sql(spelling.on_conflict("a_user_id, b_user_id")).sql(assignments.clone());
        statement.execute(conn)?;
    }
    Ok(())
}
