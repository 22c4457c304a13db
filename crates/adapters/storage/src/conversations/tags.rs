//! What users sort their conversations by: tables `conversation_tags` and `tagged_conversations`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::conversations::ports::{ConversationTags, Tagging};
use sixin_application::ports::StoreResult;
use sixin_domain::conversation::tag::{Tag, TagId, TagRule};
use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::time::Millis;
use sixin_domain::user::username::Username;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::schema::{conversation_tags as tags, tagged_conversations as tagged, users};
use crate::sql::composed::{ComposedSql, Spelling, chunks};
use crate::users::rows::readable;

#[async_trait]
impl ConversationTags for Database {
    async fn set(&self, owner: UserId, set: Vec<Tag>, most: i64, at: Millis) -> StoreResult<bool> {
        self.change(move |conn, events| {
            // Of two with the same id the last counts.
            let mut rows: Vec<&Tag> = Vec::with_capacity(set.len());
            for tag in &set {
                rows.retain(|row| row.id != tag.id);
                rows.push(tag);
            }
            let ids: Vec<&str> = rows.iter().map(|tag| tag.id.as_str()).collect();
            let own = tags::table.filter(tags::user_id.eq(owner.0));
            let others: i64 = own.filter(tags::tag_id.ne_all(&ids)).count().get_result(conn)?;
            if others.saturating_add(i64::try_from(rows.len()).unwrap_or(i64::MAX)) > most {
                return Ok(false);
            }
            let spelling = Spelling::of(conn);
            for chunk in chunks(&rows) {
                let mut statement = ComposedSql::new(
                    "INSERT INTO conversation_tags (user_id, tag_id, name, created_at) VALUES ",
                );
                statement.rows(chunk, |row, tag| {
                    row.int(owner.0).comma().opt_text(Some(tag.id.as_str())).comma();
                    row.opt_text(Some(&tag.name)).comma().int(at.0);
                });
                statement.sql(spelling.on_conflict("user_id, tag_id"));
                statement.sql(format!("name = {}", spelling.inserted("name")));
                statement.execute(conn)?;
            }
            events.push(Event::TagsChanged { owner, with: Vec::new() });
            Ok(true)
        })
        .await
    }

    async fn remove(&self, owner: UserId, gone: Vec<TagId>, _at: Millis) -> StoreResult<()> {
        self.change(move |conn, events| {
            let ids: Vec<&str> = gone.iter().map(TagId::as_str).collect();
            let own = tags::table.filter(tags::user_id.eq(owner.0).and(tags::tag_id.eq_any(&ids)));
            if diesel::delete(own).execute(conn)? == 0 {
                return Ok(());
            }
            let under = tagged::table.filter(tagged::user_id.eq(owner.0).and(tagged::tag_id.eq_any(&ids)));
            diesel::delete(under).execute(conn)?;
            events.push(Event::TagsChanged { owner, with: Vec::new() });
            Ok(())
        })
        .await
    }

    async fn all(&self, owner: UserId) -> StoreResult<Vec<Tag>> {
        self.read(move |conn| {
            let rows: Vec<(String, String)> = tags::table
                .filter(tags::user_id.eq(owner.0))
                .order((tags::created_at, tags::tag_id))
                .select((tags::tag_id, tags::name))
                .load(conn)?;
            rows.into_iter().map(tag).collect()
        })
        .await
    }

    async fn put(&self, tagging: Tagging, at: Millis) -> StoreResult<bool> {
        self.change(move |conn, events| {
            if !is_there(conn, tagging.owner, &tagging.tag)? {
                return Ok(false);
            }
            let mut with = tagging.others.clone();
            if tagging.is_on {
                with.extend(put_on(conn, &tagging, at)?.into_iter().map(UserId));
            } else {
                take_off(conn, &tagging)?;
            }
            events.push(Event::TagsChanged { owner: tagging.owner, with });
            Ok(true)
        })
        .await
    }

    async fn tagged(&self, owner: UserId, tag: &TagId) -> StoreResult<Option<Vec<Username>>> {
        let tag = tag.clone();
        self.read(move |conn| {
            if !is_there(conn, owner, &tag)? {
                return Ok(None);
            }
            let names: Vec<String> = tagged::table
                .inner_join(users::table.on(users::id.eq(tagged::target_id)))
                .filter(tagged::user_id.eq(owner.0).and(tagged::tag_id.eq(tag.as_str())))
                .order((tagged::tagged_at.desc(), tagged::target_id.desc()))
                .select(users::username)
                .load(conn)?;
            names.into_iter().map(readable).collect::<QueryResult<_>>().map(Some)
        })
        .await
    }

    async fn all_tagged(&self, owner: UserId) -> StoreResult<Vec<(UserId, TagId)>> {
        self.read(move |conn| {
            let rows: Vec<(i64, String)> = tagged::table
                .filter(tagged::user_id.eq(owner.0))
                .order((tagged::target_id, tagged::tag_id))
                .select((tagged::target_id, tagged::tag_id))
                .load(conn)?;
            let id = |text: &str| TagId::new(text).map_err(|rule| broken(text, rule));
            rows.into_iter().map(|(other, tag)| Ok((UserId(other), id(&tag)?))).collect()
        })
        .await
    }

    async fn of(&self, owner: UserId, other: UserId) -> StoreResult<Vec<Tag>> {
        self.read(move |conn| {
            let rows: Vec<(String, String)> = tagged::table
                .inner_join(
                    tags::table.on(tags::user_id.eq(tagged::user_id).and(tags::tag_id.eq(tagged::tag_id))),
                )
                .filter(tagged::user_id.eq(owner.0).and(tagged::target_id.eq(other.0)))
                .order((tags::created_at, tags::tag_id))
                .select((tags::tag_id, tags::name))
                .load(conn)?;
            rows.into_iter().map(tag).collect()
        })
        .await
    }
}

fn tag((id, name): (String, String)) -> QueryResult<Tag> {
    Tag::new(&id, &name).map_err(|rule| broken(&id, rule))
}

fn broken(id: &str, rule: TagRule) -> Error {
    Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(format!("tag {id}: {rule}")))
}

fn is_there(conn: &mut AnyConnection, owner: UserId, tag: &TagId) -> QueryResult<bool> {
    let found: Option<String> =
        tags::table.find((owner.0, tag.as_str())).select(tags::tag_id).first(conn).optional()?;
    Ok(found.is_some())
}

/// Those that are under the tag already are so since now. Answers which others had to go.
fn put_on(conn: &mut AnyConnection, tagging: &Tagging, at: Millis) -> QueryResult<Vec<i64>> {
    let spelling = Spelling::of(conn);
    let mut others: Vec<i64> = tagging.others.iter().map(|other| other.0).collect();
    others.sort_unstable();
    others.dedup();
    for chunk in chunks(&others) {
        let mut statement = ComposedSql::new(
            "INSERT INTO tagged_conversations (user_id, tag_id, target_id, tagged_at) VALUES ",
        );
        statement.rows(chunk, |row, other| {
            row.int(tagging.owner.0).comma().opt_text(Some(tagging.tag.as_str())).comma();
            row.int(*other).comma().int(at.0);
        });
        statement.sql(spelling.on_conflict("user_id, tag_id, target_id"));
        statement.sql(format!("tagged_at = {}", spelling.inserted("tagged_at")));
        statement.execute(conn)?;
    }
    let under = || {
        tagged::table.filter(tagged::user_id.eq(tagging.owner.0).and(tagged::tag_id.eq(tagging.tag.as_str())))
    };
    let first: Vec<i64> = under()
        .order((tagged::tagged_at.desc(), tagged::target_id.desc()))
        .limit(i64::try_from(others.len()).unwrap_or(i64::MAX))
        .offset(tagging.most)
        .select(tagged::target_id)
        .load(conn)?;
    if !first.is_empty() {
        diesel::delete(under().filter(tagged::target_id.eq_any(&first))).execute(conn)?;
    }
    Ok(first)
}

fn take_off(conn: &mut AnyConnection, tagging: &Tagging) -> QueryResult<()> {
    let others: Vec<i64> = tagging.others.iter().map(|other| other.0).collect();
    let rows = tagged::table
        .filter(tagged::user_id.eq(tagging.owner.0).and(tagged::tag_id.eq(tagging.tag.as_str())))
        .filter(tagged::target_id.eq_any(others));
    diesel::delete(rows).execute(conn).map(drop)
}
