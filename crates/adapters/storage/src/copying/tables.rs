//! Every table, and what becomes of it in a copy.

use diesel::Expression;
use diesel::query_source::{Column, Table};
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, SmallInt, Text};
use sixin_application::operations::ports::{ColumnKind, CopiedColumn, CopiedTable};

use crate::schema;

/// A table that is copied.
pub(crate) struct KnownTable {
    /// Its name.
    pub(crate) name: &'static str,
    /// The columns of its primary key, by which it is walked.
    pub(crate) key: &'static [&'static str],
    columns: fn() -> Vec<(&'static str, ColumnKind)>,
}

impl KnownTable {
    /// As the application sees it.
    pub(crate) fn copied(&self, last_number: Option<i64>) -> CopiedTable {
        let column = |(name, kind): (&str, ColumnKind)| CopiedColumn { name: name.to_owned(), kind };
        CopiedTable {
            name: self.name.to_owned(),
            columns: (self.columns)().into_iter().map(column).collect(),
            last_number,
        }
    }
}

/// Names the columns of a key, and of a table all that it has.
macro_rules! known {
    ($($table:ident [$($key:ident),+]),+ $(,)?) => {
        [$(KnownTable {
            name: stringify!($table),
            key: &[$(<schema::$table::$key as Column>::NAME),+],
            columns: <<schema::$table::table as Table>::AllColumns as ColumnList>::columns,
        }),+]
    };
}

/// The tables that are copied. The epochs come last: on SQLite, changes of other tables move them.
pub(crate) const COPIED: [KnownTable; 53] = known![
    accounts[id],
    users[id],
    roles[id],
    user_roles[id],
    user_follows[id],
    user_blocks[id],
    configs[id],
    block_words[id],
    session_keys[id],
    session_tokens[id],
    login_failures[id],
    used_nonces[app_key_id, nonce_hash],
    idempotency_keys[app_key_id, user_id, key_hash],
    process_leases[number],
    files[id],
    file_usages[id],
    site_secrets[name],
    conversations[id],
    gone_messages[conversation_id],
    conversation_messages[id],
    message_contents[id],
    message_expansions[message_id, item_key],
    growing_messages[message_id],
    message_revisions[id],
    deleted_message_logs[starts_at],
    transient_messages[id],
    user_restrictions[user_id],
    user_whitelists[id],
    device_tokens[token_hash],
    push_periods[user_id],
    user_remarks[user_id, target_id],
    notification_levels[user_id, target_id],
    log_heads[shard],
    log_changes[pos],
    webhook_endpoints[id],
    webhook_parked[endpoint_id, pos],
    hooks[id],
    hook_decisions[id],
    push_devices[id],
    push_acks[user_id],
    push_progress[id],
    presence_watches[user_id, watched_id],
    conversation_tags[user_id, tag_id],
    tagged_conversations[user_id, tag_id, target_id],
    user_profiles[user_id],
    friend_permissions[user_id],
    friend_profiles[user_id, target_id],
    erased_users[user_id],
    operators[id],
    operator_sessions[token_hash],
    operator_tokens[id],
    audit_log[id],
    cache_epochs[topic],
];

/// Tables that tell of running processes only; nothing of them is copied.
#[cfg(test)]
pub(crate) const LEFT_BEHIND: [&str; 2] = ["live_presence", "webhook_processes"];

/// What values of a SQL type are in a copy.
trait Kind {
    const KIND: ColumnKind;
}

macro_rules! kinds {
    ($($type:ty => $kind:ident),+ $(,)?) => {
        $(impl Kind for $type {
            const KIND: ColumnKind = ColumnKind::$kind;
        })+
    };
}
kinds!(BigInt => Number, Integer => Number, SmallInt => Number, Bool => Number, Text => Text, Binary => Bytes);

impl<Inner: Kind + diesel::sql_types::SqlType<IsNull = diesel::sql_types::is_nullable::NotNull>> Kind
    for Nullable<Inner>
{
    const KIND: ColumnKind = Inner::KIND;
}

/// All columns of a table.
trait ColumnList {
    fn columns() -> Vec<(&'static str, ColumnKind)>;
}

macro_rules! lists {
    ($($column:ident)*) => { lists!(@ [] $($column)*); };
    (@ [$($done:ident)*] $next:ident $($rest:ident)*) => {
        impl<$($done: Column,)* $next: Column> ColumnList for ($($done,)* $next,)
        where
            $(<$done as Expression>::SqlType: Kind,)*
            <$next as Expression>::SqlType: Kind,
        {
            fn columns() -> Vec<(&'static str, ColumnKind)> {
                vec![
                    $(($done::NAME, <$done as Expression>::SqlType::KIND),)*
                    ($next::NAME, <$next as Expression>::SqlType::KIND),
                ]
            }
        }
        lists!(@ [$($done)* $next] $($rest)*);
    };
    (@ [$($done:ident)*]) => {};
}
lists!(A B C D E F G H I J K L M N O P Q R S T U V W X Y Z A1 B1 C1 D1 E1 F1);

/// The table of that name, if it is copied.
pub(crate) fn known(name: &str) -> Option<&'static KnownTable> {
    COPIED.iter().find(|table| table.name == name)
}
