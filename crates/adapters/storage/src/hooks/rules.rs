//! Those who are asked.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::hooks::ports::{HookAdmin, HookRules, NewRule, RuleChange};
use sixin_application::ports::{StoreResult, Topic};
use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{HookKind, HookRule, ObjectNames, OnFailure, Origins};
use sixin_domain::id::HookId;
use sixin_domain::time::Millis;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::hooks;

#[derive(Queryable, Selectable)]
#[diesel(table_name = hooks)]
struct RuleRow {
    id: i64,
    name: String,
    kind: String,
    url: String,
    secret: String,
    former_secret: Option<String>,
    former_until: Option<i64>,
    app_id: Option<String>,
    origins: String,
    object_names: String,
    deadline_ms: i64,
    on_failure: String,
    max_in_flight: i64,
    is_paused: bool,
    generation: i64,
}

impl RuleRow {
    fn read(self) -> Option<HookRule> {
        let former = self.former_secret.map(Secret::new).zip(self.former_until.map(Millis));
        Some(HookRule {
            id: HookId(self.id),
            name: self.name,
            kind: HookKind::from_name(&self.kind)?,
            url: ReceiverUrl::parse(&self.url).ok()?,
            secret: Secret::new(self.secret),
            former,
            app_id: self.app_id,
            origins: Origins::parse(&self.origins).ok()?,
            object_names: ObjectNames::parse(&self.object_names).ok()?,
            deadline_ms: self.deadline_ms,
            on_failure: OnFailure::from_name(&self.on_failure)?,
            max_in_flight: usize::try_from(self.max_in_flight).unwrap_or(1).max(1),
            is_paused: self.is_paused,
            generation: self.generation,
        })
    }
}

/// All rules. One that can't be read is an error and not passed over: whoever relies on being asked must not be forgotten in silence.
fn load(conn: &mut AnyConnection) -> QueryResult<Vec<HookRule>> {
    let rows: Vec<RuleRow> = hooks::table.order(hooks::id).select(RuleRow::as_select()).load(conn)?;
    let read = |row: RuleRow| {
        let id = row.id;
        let unreadable = || {
            let why = format!("hook {id} can't be read: it is of a newer version, or was changed by hand");
            diesel::result::Error::DeserializationError(why.into())
        };
        row.read().ok_or_else(unreadable)
    };
    rows.into_iter().map(read).collect()
}

#[async_trait]
impl HookRules for Database {
    async fn rules(&self) -> StoreResult<Arc<Vec<Arc<HookRule>>>> {
        self.read(|conn| Ok(Arc::new(load(conn)?.into_iter().map(Arc::new).collect()))).await
    }
}

fn apply(conn: &mut AnyConnection, id: i64, change: &RuleChange) -> QueryResult<()> {
    let row = hooks::table.find(id);
    match change {
        RuleChange::Secret(secret, until) => {
            let present: String = row.select(hooks::secret).first(conn)?;
            let set = (
                hooks::secret.eq(secret.reveal()),
                hooks::former_secret.eq(present),
                hooks::former_until.eq(until.0),
            );
            diesel::update(row).set(set).execute(conn)?;
        }
        RuleChange::Paused(is_paused) => {
            diesel::update(row).set(hooks::is_paused.eq(is_paused)).execute(conn)?;
        }
    }
    Ok(())
}

#[async_trait]
impl HookAdmin for Database {
    async fn add(&self, rule: &NewRule, at: Millis) -> StoreResult<HookId> {
        let rule = rule.clone();
        self.write(move |conn| {
            diesel::insert_into(hooks::table)
                .values((
                    hooks::name.eq(&rule.name),
                    hooks::kind.eq(rule.kind.name()),
                    hooks::url.eq(rule.url.reveal()),
                    hooks::secret.eq(rule.secret.reveal()),
                    hooks::app_id.eq(&rule.app_id),
                    hooks::origins.eq(rule.origins.text()),
                    hooks::object_names.eq(rule.object_names.text()),
                    hooks::deadline_ms.eq(rule.deadline_ms),
                    hooks::on_failure.eq(rule.on_failure.name()),
                    hooks::max_in_flight.eq(i64::try_from(rule.max_in_flight).unwrap_or(1)),
                    hooks::created_at.eq(at.0),
                ))
                .execute(conn)?;
            bump(conn, Topic::Hooks)?;
            // Whoever adds the same at the same moment waits for this transaction to end, or has another secret.
            let added = hooks::url.eq(rule.url.reveal()).and(hooks::secret.eq(rule.secret.reveal()));
            let id = hooks::table.filter(added).order(hooks::id.desc()).select(hooks::id);
            id.first(conn).map(HookId)
        })
        .await
    }

    async fn list(&self) -> StoreResult<Vec<HookRule>> {
        self.read(load).await
    }

    async fn change(&self, id: HookId, change: &RuleChange) -> StoreResult<bool> {
        let change = change.clone();
        self.write(move |conn| {
            let moved =
                diesel::update(hooks::table.find(id.0)).set(hooks::generation.eq(hooks::generation + 1));
            let is_there = moved.execute(conn)? > 0;
            if is_there {
                apply(conn, id.0, &change)?;
                bump(conn, Topic::Hooks)?;
            }
            Ok(is_there)
        })
        .await
    }

    async fn remove(&self, id: HookId) -> StoreResult<bool> {
        self.write(move |conn| {
            let is_there = diesel::delete(hooks::table.find(id.0)).execute(conn)? > 0;
            if is_there {
                bump(conn, Topic::Hooks)?;
            }
            Ok(is_there)
        })
        .await
    }
}
