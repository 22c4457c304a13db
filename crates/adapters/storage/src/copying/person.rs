//! What belongs to one person, at one moment.

use sixin_application::operations::ports::{
    CopiedColumn, CopiedRow, CopiedTable, CopyError, RowSource, StoreShape, StoreSnapshot,
};
use sixin_application::ports::StoreResult;
use sixin_domain::file::StoredFile;
use sixin_domain::id::{FileId, UserId};

use crate::connection::connector::AnyConnection;
use crate::copying::rows::{Pager, Walk};
use crate::copying::snapshot::kept_files;
use crate::copying::tables::known;
use crate::error::store_error;
use crate::migrations;

/// Rows of a table that belong to a person.
struct Belonging {
    /// What it is called in the export.
    name: &'static str,
    table: &'static str,
    /// The columns, all of them if none is named. Hashes, and what is somebody else's, are not a person's to have.
    columns: &'static [&'static str],
    /// Which rows; `?` is the number of the user.
    only: &'static str,
    /// By what they are walked, if not by the key of the table.
    key: &'static [&'static str],
}

const fn all(table: &'static str, only: &'static str) -> Belonging {
    Belonging { name: table, table, columns: &[], only, key: &[] }
}

const fn of_user(table: &'static str) -> Belonging {
    all(table, "user_id = ?")
}

/// The conversations of the user.
macro_rules! own_conversations {
    () => {
        "conversation_id IN (SELECT id FROM conversations WHERE a_user_id = ? UNION SELECT id FROM conversations WHERE b_user_id = ?)"
    };
}

/// Messages the user has sent, and those of others that they have neither taken back nor the user deleted.
macro_rules! own_messages {
    () => {
        concat!(
            own_conversations!(),
            " AND (send_user_id = ? OR is_enable = 1 AND receive_deleted_at IS NULL)"
        )
    };
}

const BELONGINGS: [Belonging; 24] = [
    Belonging {
        name: "users",
        table: "users",
        columns: &[
            "id",
            "account_id",
            "uid",
            "username",
            "nickname",
            "avatar_file_url",
            "banner_file_url",
            "gender",
            "birthday",
            "bio",
            "location",
            "verified_status",
            "verified_desc",
            "verified_at",
            "conversation_limit",
            "timezone",
            "expired_at",
            "last_nickname_at",
            "is_enable",
            "created_at",
            "updated_at",
            "deleted_at",
        ],
        only: "id = ?",
        key: &[],
    },
    Belonging {
        name: "accounts",
        table: "accounts",
        columns: &[
            "id",
            "aid",
            "is_enable",
            "created_at",
            "email",
            "country_code",
            "pure_phone",
            "phone",
            "last_login_at",
        ],
        only: "id = (SELECT account_id FROM users WHERE id = ?)",
        key: &[],
    },
    // Whom the numbers in the other tables stand for.
    Belonging {
        name: "people",
        table: "users",
        columns: &["id", "uid", "username", "nickname"],
        only: "id IN (SELECT a_user_id FROM conversations WHERE b_user_id = ? UNION SELECT b_user_id FROM conversations \
               WHERE a_user_id = ? UNION SELECT follow_id FROM user_follows WHERE follow_type = 1 AND user_id = ? UNION \
               SELECT block_id FROM user_blocks WHERE block_type = 1 AND user_id = ? UNION SELECT listed_id FROM \
               user_whitelists WHERE user_id = ? UNION SELECT target_id FROM user_remarks WHERE user_id = ?)",
        key: &[],
    },
    Belonging {
        name: "session_tokens",
        table: "session_tokens",
        columns: &["id", "platform_id", "expired_at", "created_at"],
        only: "user_id = ?",
        key: &[],
    },
    Belonging {
        name: "push_devices",
        table: "push_devices",
        columns: &["id", "platform", "app", "language", "hides_text", "created_at", "seen_at"],
        only: "user_id = ?",
        key: &[],
    },
    of_user("user_roles"),
    of_user("user_follows"),
    of_user("user_blocks"),
    of_user("user_whitelists"),
    of_user("user_restrictions"),
    of_user("user_remarks"),
    of_user("user_profiles"),
    of_user("notification_levels"),
    of_user("push_periods"),
    of_user("presence_watches"),
    of_user("conversation_tags"),
    of_user("tagged_conversations"),
    of_user("friend_permissions"),
    of_user("friend_profiles"),
    // What the other side has read, pinned or deleted is the other side's.
    Belonging {
        name: "conversations",
        table: "conversations",
        columns: &["id", "a_user_id", "b_user_id", "last_seq", "last_sent_at", "created_at"],
        only: "(a_user_id = ? OR b_user_id = ?)",
        key: &[],
    },
    Belonging {
        name: "conversation_messages",
        table: "conversation_messages",
        columns: &[
            "id",
            "conversation_id",
            "seq",
            "send_user_id",
            "receive_user_id",
            "message_type",
            "message_text",
            "message_file_id",
            "object_name",
            "content",
            "content_id",
            "created_at",
            "recalled_at",
            "recall_marks",
            "edited_at",
        ],
        only: own_messages!(),
        key: &["conversation_id", "seq"],
    },
    // What several messages share.
    Belonging {
        name: "message_contents",
        table: "message_contents",
        columns: &["id", "message_text", "content"],
        only: concat!("id IN (SELECT content_id FROM conversation_messages WHERE ", own_messages!(), ")"),
        key: &[],
    },
    Belonging {
        name: "files",
        table: "files",
        columns: &["id", "fid", "type", "name", "mime", "extension", "size", "path", "created_at"],
        only: "id IN (SELECT file_id FROM file_usages WHERE user_id = ?)",
        key: &[],
    },
    all("file_usages", "user_id = ?"),
];

/// [`StoreSnapshot`] of a person.
pub(super) struct PersonSnapshot {
    conn: AnyConnection,
    user: i64,
    shape: StoreShape,
    pager: Pager,
}

impl PersonSnapshot {
    /// Over a connection that goes on seeing one moment.
    pub(super) fn over(mut conn: AnyConnection, user: UserId) -> Result<Self, CopyError> {
        let migrations = migrations::applied(&mut conn).map_err(store_error)?;
        let tables = BELONGINGS.iter().filter_map(copied).collect();
        let shape = StoreShape { migrations, tables };
        Ok(Self { conn, user: user.0, shape, pager: Pager::default() })
    }
}

fn copied(belonging: &Belonging) -> Option<CopiedTable> {
    let mut table = known(belonging.table)?.copied(None);
    let is_wanted = |column: &CopiedColumn| {
        belonging.columns.is_empty() || belonging.columns.contains(&column.name.as_str())
    };
    table.columns.retain(is_wanted);
    belonging.name.clone_into(&mut table.name);
    Some(table)
}

impl RowSource for PersonSnapshot {
    fn shape(&self) -> &StoreShape {
        &self.shape
    }

    fn next(&mut self, table: &CopiedTable) -> Result<Vec<CopiedRow>, CopyError> {
        let belonging = BELONGINGS.iter().find(|one| one.name == table.name);
        let Some((belonging, known)) = belonging.and_then(|one| Some((one, known(one.table)?))) else {
            return Ok(Vec::new());
        };
        let key = if belonging.key.is_empty() { known.key } else { belonging.key };
        let walk = Walk { from: belonging.table, key, only: Some((belonging.only, self.user)) };
        Ok(self.pager.next(&mut self.conn, table, &walk).map_err(store_error)?)
    }
}

impl StoreSnapshot for PersonSnapshot {
    fn kept_files(&mut self, after: FileId, limit: i64) -> StoreResult<Vec<StoredFile>> {
        kept_files(&mut self.conn, after, limit, Some(self.user)).map_err(store_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_are_named_are_there_and_no_secret_is_among_them() {
        for belonging in &BELONGINGS {
            let table = copied(belonging).unwrap();
            let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            for column in belonging.columns {
                assert!(names.contains(column), "{}.{column}", belonging.table);
            }
            for secret in ["password", "token", "hash", "secret"] {
                assert!(names.iter().all(|name| !name.contains(secret)), "{}: {names:?}", belonging.name);
            }
        }
    }
}
