//! What a user has missed, by whichever way costs least (docs/design.md#delivery): a walk over everybody's messages since then, or a
//! look into each of the user's conversations.

use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName};
use sixin_domain::id::UserId;
use sixin_domain::log::LogEntry;

use super::entries::{self, Part};
use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, Spelling};

/// A user of more conversations is taken for one of so many.
const COUNTED: i64 = 10_000;
/// A walk over that many messages costs as much as a look into one conversation.
const WALK_PER_LOOK: i64 = 20;
/// A walk of that length is always cheap.
const SHORT_WALK: i64 = 2_000;

/// How much a reader may have missed before it is told to begin anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Conversations with something new in them.
    pub(crate) conversations: i64,
    /// Entries.
    pub(crate) entries: i64,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Whether the walk is the cheaper way.
pub(crate) fn walk_is_cheaper(conn: &mut AnyConnection, user: UserId, part: Part) -> QueryResult<bool> {
    let mut conversations = 0;
    for side in ["a", "b"] {
        let table = Spelling::of(conn).by_index("conversations", &format!("conversations_{side}_status"));
        let mut statement = ComposedSql::new(format!(
            "SELECT COUNT(*) AS number FROM (SELECT {side}_status FROM {table} WHERE {side}_user_id = "
        ));
        statement.int(user.0).sql(" LIMIT ").int(COUNTED).sql(") AS counted");
        conversations += statement.load::<Number>(conn)?.pop().map_or(0, |row| row.number);
    }
    let walk = SHORT_WALK + conversations.min(COUNTED) * WALK_PER_LOOK;
    let table = Spelling::of(conn).by_index("conversation_messages", "conversation_messages_pos");
    let mut beyond = ComposedSql::new(format!("SELECT pos AS number FROM {table} WHERE pos > "));
    beyond
        .int(part.after.0)
        .sql(" AND pos <= ")
        .int(part.until.0)
        .sql(" ORDER BY pos LIMIT 1 OFFSET ")
        .int(walk);
    Ok(beyond.load::<Number>(conn)?.is_empty())
}

/// All entries of a part that a user may hear of, by a look into each of its conversations. `None`: they are too many.
pub(crate) fn by_conversations(
    conn: &mut AnyConnection,
    user: UserId,
    part: Part,
    most: Most,
) -> QueryResult<Option<Vec<LogEntry>>> {
    let beyond = most.entries + 1;
    let conversations = changed(conn, user, part, most.conversations + 1)?;
    if is_more(conversations.len(), most.conversations) {
        return Ok(None);
    }
    let mut found = entries::changes_of(conn, user, part, beyond)?;
    found.extend(entries::transient_of(conn, user, part, beyond)?);
    for conversation in conversations {
        if is_more(found.len(), most.entries) {
            return Ok(None);
        }
        found.extend(entries::of_conversation(conn, conversation, part, beyond)?);
    }
    let found = entries::first(found, i64::MAX);
    Ok((!is_more(found.len(), most.entries)).then_some(found))
}

fn is_more(count: usize, most: i64) -> bool {
    i64::try_from(count).is_ok_and(|count| count > most)
}

/// A user's conversations whose last message is in a part of the log or after it.
fn changed(conn: &mut AnyConnection, user: UserId, part: Part, limit: i64) -> QueryResult<Vec<i64>> {
    let mut found = Vec::new();
    let spelling = Spelling::of(conn);
    for side in ["a", "b"] {
        let conversations = spelling.by_index("conversations AS c", &format!("conversations_{side}_status"));
        let messages = spelling.by_index("conversation_messages AS m", "conversation_messages_seq");
        let mut statement = ComposedSql::new(format!(
            "SELECT c.id AS number FROM {conversations} CROSS JOIN {messages} \
             ON m.conversation_id = c.id AND m.seq = c.last_seq WHERE c.{side}_user_id = "
        ));
        statement.int(user.0).sql(" AND m.pos > ").int(part.after.0).sql(" LIMIT ").int(limit);
        found.extend(statement.load::<Number>(conn)?.into_iter().map(|row| row.number));
    }
    Ok(found)
}
