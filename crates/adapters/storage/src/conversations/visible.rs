//! [`Visibility`](sixin_domain::conversation::visibility::Visibility) in SQL, for many messages at once: those of a table
//! that is called `m`, after a view's watermark.

use sixin_domain::id::UserId;

use crate::sql::composed::ComposedSql;

/// The condition that a message shows to a user.
pub(crate) fn shows(statement: &mut ComposedSql<'_>, user: UserId) {
    statement.sql("m.is_enable = 1 AND ");
    was_shown(statement, user);
}

/// The condition that it does or would, had it not been recalled.
pub(crate) fn was_shown(statement: &mut ComposedSql<'_>, user: UserId) {
    statement.sql("(m.send_user_id = ").int(user.0);
    statement.sql(" AND m.sender_visible = 1 AND m.send_deleted_at IS NULL OR m.receive_user_id = ");
    statement.int(user.0).sql(" AND m.receive_deleted_at IS NULL)");
}

/// The condition that a message which shows to a user is unread, by how far the user has read.
pub(crate) fn is_unread(statement: &mut ComposedSql<'_>, user: UserId, read_seq: i64) {
    statement.sql("m.is_counted = 1 AND m.receive_read_at IS NULL AND m.seq > ").int(read_seq);
    statement.sql(" AND m.receive_user_id = ").int(user.0);
}
