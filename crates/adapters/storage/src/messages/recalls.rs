//! How messages were recalled, and what is left of them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, SmallInt};
use sixin_application::conversations::ports::{MessageQuery, Order};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::recall::{Recall, RecalledMessage};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::conversations::visible::was_shown;
use crate::sql::composed::{ComposedSql, Spelling};

/// Clients show a notice in its place.
const NOTICE: i16 = 1;
/// It was an administrator.
const ADMIN: i16 = 2;
/// It was who had got it.
const BY_RECIPIENT: i16 = 4;

/// A recall as it is kept beside a message of that sender.
pub(crate) fn marks(recall: &Recall, sender: UserId) -> i16 {
    let mark = |is_set: bool, mark: i16| if is_set { mark } else { 0 };
    mark(recall.leaves_notice, NOTICE)
        | mark(recall.is_admin, ADMIN)
        | mark(recall.by != sender, BY_RECIPIENT)
}

/// The recall that is kept beside a message between these two.
pub(crate) fn recall(marks: i16, sender: UserId, recipient: UserId) -> Recall {
    Recall {
        by: if marks & BY_RECIPIENT == 0 { sender } else { recipient },
        is_admin: marks & ADMIN != 0,
        leaves_notice: marks & NOTICE != 0,
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    send_user_id: i64,
    #[diesel(sql_type = BigInt)]
    receive_user_id: i64,
    #[diesel(sql_type = BigInt)]
    created_at: i64,
    #[diesel(sql_type = BigInt)]
    recalled_at: i64,
    #[diesel(sql_type = SmallInt)]
    recall_marks: i16,
}

/// The notices of one view that `query` asks for.
pub(crate) fn notices(conn: &mut AnyConnection, query: MessageQuery) -> QueryResult<Vec<RecalledMessage>> {
    let table = Spelling::of(conn).by_index("conversation_messages AS m", "conversation_messages_seq");
    let mut statement = ComposedSql::new(format!(
        "SELECT m.id, m.seq, m.send_user_id, m.receive_user_id, m.created_at, m.recalled_at, m.recall_marks \
         FROM {table} WHERE "
    ));
    statement.sql("m.conversation_id = ").int(query.conversation.0).sql(" AND m.seq > ").int(query.after);
    statement.sql(" AND m.seq < ").int(query.before);
    statement.sql(" AND m.recalled_at IS NOT NULL AND m.recall_marks IN (1, 3, 5, 7) AND ");
    was_shown(&mut statement, query.user);
    statement.sql(" ORDER BY m.seq").sql(match query.order {
        Order::Newest => " DESC LIMIT ",
        Order::Oldest => " LIMIT ",
    });
    statement.int(query.limit).sql(" OFFSET ").int(query.offset);
    let rows: Vec<Row> = statement.load(conn)?;
    Ok(rows.into_iter().map(Row::into_notice).collect())
}

impl Row {
    fn into_notice(self) -> RecalledMessage {
        let sender = UserId(self.send_user_id);
        RecalledMessage {
            id: MessageId(self.id),
            seq: self.seq,
            sender,
            sent_at: Millis(self.created_at),
            recalled_at: Millis(self.recalled_at),
            recall: recall(self.recall_marks, sender, UserId(self.receive_user_id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recall_is_read_as_it_was_kept() {
        let (sender, recipient) = (UserId(1), UserId(2));
        for by in [sender, recipient] {
            for (is_admin, leaves_notice) in [(false, false), (false, true), (true, false), (true, true)] {
                let kept = Recall { by, is_admin, leaves_notice };
                let marks = marks(&kept, sender);
                assert_eq!(recall(marks, sender, recipient), kept);
                assert_eq!([1, 3, 5, 7].contains(&marks), leaves_notice);
            }
        }
    }
}
