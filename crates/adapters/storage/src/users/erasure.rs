//! Users who are erased. Whatever names one goes; rows that others see stay, and say that they were erased.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operations::ports::{ErasedUser, ErasurePass, ErasurePlace, UserErasure};
use sixin_application::ports::{StoreResult, Topic};
use sixin_domain::event::Event;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::erased::{self, MARK};

use crate::connection::connector::AnyConnection;
use crate::conversations::counters::lock;
use crate::conversations::rows::conversations_of;
use crate::database::Database;
use crate::epochs::bump;
use crate::messages::changes::changed;
use crate::operators::audit;
use crate::schema::{accounts, conversation_messages as messages, erased_users, message_contents, users};
use crate::sql::composed::ComposedSql;
use crate::users::lookup;

/// Messages that one step takes at most.
const STEP: i64 = 100;

/// What belongs to a user alone, or says how it and others stand to each other: tables, and the column that names it.
const OWN: [(&str, &str); 26] = [
    ("user_roles", "user_id"),
    ("user_follows", "user_id"),
    ("user_blocks", "user_id"),
    ("user_whitelists", "user_id"),
    ("user_whitelists", "listed_id"),
    ("user_restrictions", "user_id"),
    ("user_remarks", "user_id"),
    ("user_remarks", "target_id"),
    ("user_profiles", "user_id"),
    ("notification_levels", "user_id"),
    ("notification_levels", "target_id"),
    ("device_tokens", "user_id"),
    ("push_periods", "user_id"),
    ("push_devices", "user_id"),
    ("push_acks", "user_id"),
    ("presence_watches", "user_id"),
    ("presence_watches", "watched_id"),
    ("conversation_tags", "user_id"),
    ("tagged_conversations", "user_id"),
    ("friend_permissions", "user_id"),
    ("friend_profiles", "user_id"),
    ("friend_profiles", "target_id"),
    ("idempotency_keys", "user_id"),
    ("live_presence", "user_id"),
    // Types of what is followed and blocked: 1 is a user (docs/wire/fresns.md#relation-rows).
    ("user_follows", "follow_type = 1 AND follow_id"),
    ("user_blocks", "block_type = 1 AND block_id"),
];

#[async_trait]
impl UserErasure for Database {
    async fn begin(&self, user: UserId, at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            let found: Option<(i64, i64, String)> = users::table
                .find(user.0)
                .select((users::account_id, users::created_at, users::username))
                .first(conn)
                .optional()?;
            let Some((account, created_at, name)) = found else { return Ok(()) };
            audit::unname(conn, &name, &erased::username(user))?;
            lookup::delete(conn, events, &[user], at)?;
            events.push(Event::ProfileChanged(user));
            unname(conn, user)?;
            leave_account(conn, user, account, at)?;
            for (table, column) in OWN {
                let mut statement = ComposedSql::new(format!("DELETE FROM {table} WHERE {column} = "));
                statement.int(user.0);
                statement.execute(conn)?;
            }
            diesel::delete(erased_users::table.find(user.0)).execute(conn)?;
            let row = (
                erased_users::user_id.eq(user.0),
                erased_users::created_at.eq(created_at),
                erased_users::erased_at.eq(at.0),
            );
            diesel::insert_into(erased_users::table).values(row).execute(conn)?;
            bump(conn, Topic::Roles)?;
            bump(conn, Topic::Relations)
        })
        .await
    }

    async fn step(
        &self,
        user: UserId,
        pass: ErasurePass,
        after: ErasurePlace,
        at: Millis,
    ) -> StoreResult<Option<(ErasurePlace, u64)>> {
        self.change(move |conn, events| {
            let found = sent_behind(conn, user, after)?;
            let Some(last) = found.last() else {
                let next = next_conversation(conn, user, after.conversation)?;
                return Ok(next.map(|conversation| (ErasurePlace { conversation, seq: 0 }, 0)));
            };
            let place = ErasurePlace { conversation: after.conversation, seq: last.1 };
            let ids: Vec<i64> = found.iter().map(|(id, _)| *id).collect();
            let count = ids.len() as u64;
            match pass {
                ErasurePass::SharedContents => drop_shared(conn, &ids)?,
                ErasurePass::Texts => {
                    lock(conn, &[after.conversation.0], at)?;
                    if let Some(conversation) = conversations_of(conn, &[after.conversation.0])?.pop() {
                        for id in shown(conn, &ids)? {
                            events.push(Event::MessageEdited(changed(&conversation, MessageId(id))));
                        }
                    }
                    silence(conn, after.conversation, &ids, at)?;
                }
            }
            Ok(Some((place, count)))
        })
        .await
    }

    async fn finish(&self, user: UserId, at: Millis) -> StoreResult<()> {
        self.change(move |conn, _| {
            for sql in [
                "DELETE FROM message_contents WHERE id IN (SELECT content_id FROM transient_messages \
                 WHERE content_id IS NOT NULL AND send_user_id = ",
                "DELETE FROM transient_messages WHERE (send_user_id = ",
                "UPDATE files SET name = 'erased', md5 = NULL, sha = NULL, more_json = NULL WHERE id IN \
                 (SELECT file_id FROM file_usages WHERE user_id = ",
            ] {
                let mut statement = ComposedSql::new(sql);
                statement.int(user.0).sql(")");
                statement.execute(conn)?;
            }
            let mut deleted = ComposedSql::new("UPDATE files SET deleted_at = ");
            deleted
                .int(at.0)
                .sql(" WHERE deleted_at IS NULL AND id IN (SELECT file_id FROM file_usages WHERE user_id = ");
            deleted.int(user.0).sql(")");
            deleted.execute(conn)?;
            let mut usages = ComposedSql::new("DELETE FROM file_usages WHERE user_id = ");
            usages.int(user.0);
            usages.execute(conn).map(drop)
        })
        .await
    }

    async fn erased(&self) -> StoreResult<Vec<ErasedUser>> {
        self.read(|conn| {
            let rows: Vec<(i64, i64, i64)> = erased_users::table
                .order((erased_users::erased_at, erased_users::user_id))
                .select((erased_users::user_id, erased_users::created_at, erased_users::erased_at))
                .load(conn)?;
            let user = |(id, created_at, erased_at)| ErasedUser {
                id: UserId(id),
                created_at: Millis(created_at),
                erased_at: Millis(erased_at),
            };
            Ok(rows.into_iter().map(user).collect())
        })
        .await
    }

    async fn still_there(&self, user: UserId, created_at: Millis) -> StoreResult<bool> {
        self.read(move |conn| {
            let is_it = users::id.eq(user.0).and(users::created_at.eq(created_at.0));
            let there: i64 = users::table.filter(is_it).count().get_result(conn)?;
            let erased: i64 = erased_users::table.find(user.0).count().get_result(conn)?;
            Ok(there > 0 && erased == 0)
        })
        .await
    }
}

/// Gives the row of a user the names of nobody.
fn unname(conn: &mut AnyConnection, user: UserId) -> QueryResult<()> {
    let none = None::<String>;
    let names = (
        users::username.eq(erased::username(user)),
        users::uid.eq(erased::uid(user).0),
        users::nickname.eq(MARK),
        users::password.eq(&none),
        users::avatar_file_url.eq(&none),
        users::banner_file_url.eq(&none),
        users::bio.eq(&none),
        users::location.eq(&none),
        users::timezone.eq(&none),
        users::verified_desc.eq(&none),
        users::birthday.eq(None::<i64>),
        users::gender.eq(1),
    );
    diesel::update(users::table.find(user.0)).set(names).execute(conn).map(drop)
}

/// An account goes with its last user; before that it is somebody else's too.
fn leave_account(conn: &mut AnyConnection, user: UserId, account: i64, at: Millis) -> QueryResult<()> {
    let others: i64 = users::table
        .filter(users::account_id.eq(account).and(users::id.ne(user.0)).and(users::deleted_at.is_null()))
        .count()
        .get_result(conn)?;
    if others > 0 {
        return Ok(());
    }
    let none = None::<String>;
    let gone = (
        accounts::aid.eq(erased::aid(user)),
        accounts::email.eq(&none),
        accounts::country_code.eq(&none),
        accounts::pure_phone.eq(&none),
        accounts::phone.eq(&none),
        accounts::password.eq(&none),
        accounts::deleted_at.eq(at.0),
    );
    diesel::update(accounts::table.find(account)).set(gone).execute(conn)?;
    let mut sessions = ComposedSql::new("DELETE FROM session_tokens WHERE account_id = ");
    sessions.int(account);
    sessions.execute(conn).map(drop)
}

/// Ids and seqs of what a user has sent in a conversation behind a place.
fn sent_behind(conn: &mut AnyConnection, user: UserId, after: ErasurePlace) -> QueryResult<Vec<(i64, i64)>> {
    messages::table
        .filter(messages::conversation_id.eq(after.conversation.0).and(messages::seq.gt(after.seq)))
        .filter(messages::send_user_id.eq(user.0))
        .order(messages::seq)
        .limit(STEP)
        .select((messages::id, messages::seq))
        .load(conn)
}

fn next_conversation(
    conn: &mut AnyConnection,
    user: UserId,
    after: ConversationId,
) -> QueryResult<Option<ConversationId>> {
    let mut next: Option<i64> = None;
    for side in ["a_user_id", "b_user_id"] {
        #[derive(QueryableByName)]
        struct Next {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            id: i64,
        }
        let mut statement = ComposedSql::new(format!("SELECT id FROM conversations WHERE {side} = "));
        statement.int(user.0).sql(" AND id > ").int(after.0).sql(" ORDER BY id LIMIT 1");
        let found = statement.load::<Next>(conn)?.pop().map(|row| row.id);
        next = [next, found].into_iter().flatten().min();
    }
    Ok(next.map(ConversationId))
}

/// Those that anybody may have seen.
fn shown(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<i64>> {
    messages::table
        .filter(messages::id.eq_any(ids).and(messages::is_enable.eq(true)))
        .order(messages::seq)
        .select(messages::id)
        .load(conn)
}

/// Messages say that they were erased, in lists too, and nothing is left of what they said.
fn silence(
    conn: &mut AnyConnection,
    conversation: ConversationId,
    ids: &[i64],
    at: Millis,
) -> QueryResult<()> {
    let none = None::<String>;
    let erased = (
        messages::message_type.eq(1),
        messages::message_text.eq(MARK),
        messages::message_file_id.eq(None::<i64>),
        messages::object_name.eq(&none),
        messages::content.eq(&none),
        messages::delivery.eq(&none),
        messages::edited_at.eq(at.0),
    );
    diesel::update(messages::table.filter(messages::id.eq_any(ids))).set(erased).execute(conn)?;
    for table in ["message_revisions", "message_expansions", "growing_messages"] {
        for id in ids {
            let mut statement = ComposedSql::new(format!("DELETE FROM {table} WHERE message_id = "));
            statement.int(*id);
            statement.execute(conn)?;
        }
    }
    for of in ["", "a_", "b_"] {
        let mut statement = ComposedSql::new(format!("UPDATE conversations SET {of}latest_message_brief = "));
        statement.opt_text(Some(MARK)).sql(" WHERE id = ").int(conversation.0);
        statement.any_of(&format!("{of}latest_message_id"), ids);
        statement.execute(conn)?;
    }
    Ok(())
}

/// Contents are shared by messages of one sender only.
fn drop_shared(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<()> {
    let of_these =
        || messages::table.filter(messages::id.eq_any(ids).and(messages::content_id.is_not_null()));
    let contents: Vec<Option<i64>> = of_these().select(messages::content_id).load(conn)?;
    let contents: Vec<i64> = contents.into_iter().flatten().collect();
    diesel::delete(message_contents::table.filter(message_contents::id.eq_any(&contents))).execute(conn)?;
    diesel::update(messages::table.filter(messages::id.eq_any(ids)))
        .set(messages::content_id.eq(None::<i64>))
        .execute(conn)
        .map(drop)
}
