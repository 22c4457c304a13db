//! Roles: tables `roles` and `user_roles`.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};
use sixin_application::operations::ports::RoleAdmin;
use sixin_application::ports::{StoreResult, Topic};
use sixin_application::site::ports::Roles;
use sixin_domain::id::{RoleId, UserId};
use sixin_domain::site::role::{Role, RoleBook, UserRole, parse_permissions};
use sixin_domain::time::Millis;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::epochs::bump;
use crate::schema::{roles, user_roles};
use crate::sql::composed::{ComposedSql, chunks};

#[derive(Queryable, Selectable)]
#[diesel(table_name = roles)]
struct RoleRow {
    id: i64,
    name: String,
    type_: i16,
    icon_file_url: Option<String>,
    is_display_name: bool,
    is_display_icon: bool,
    nickname_color: Option<String>,
    permissions: String,
    rank_state: i16,
    is_enable: bool,
    deleted_at: Option<i64>,
}

impl RoleRow {
    fn into_role(self) -> Role {
        Role {
            id: RoleId(self.id),
            name: self.name,
            kind: self.type_.into(),
            permissions: parse_permissions(&self.permissions),
            is_enabled: self.is_enable && self.deleted_at.is_none(),
            is_deleted: self.deleted_at.is_some(),
            is_display_name: self.is_display_name,
            is_display_icon: self.is_display_icon,
            icon_file_url: self.icon_file_url,
            nickname_color: self.nickname_color,
            rank_state: self.rank_state.into(),
        }
    }
}

#[derive(QueryableByName)]
#[diesel(table_name = user_roles)]
struct HeldRow {
    user_id: i64,
    role_id: i64,
    is_main: bool,
    expired_at: Option<i64>,
    restore_role_id: Option<i64>,
}

/// The roles of some users, in the order in which each got its own.
fn held_by(conn: &mut AnyConnection, users: &[i64]) -> QueryResult<Vec<HeldRow>> {
    let mut sql = ComposedSql::new(
        "SELECT user_id, role_id, is_main, expired_at, restore_role_id FROM user_roles WHERE deleted_at IS NULL",
    );
    sql.any_of("user_id", users).sql(" ORDER BY id");
    sql.load(conn)
}

#[async_trait]
impl Roles for Database {
    async fn book(&self) -> StoreResult<Arc<RoleBook>> {
        let rows =
            self.read(|conn| roles::table.order(roles::id).select(RoleRow::as_select()).load(conn)).await?;
        Ok(Arc::new(RoleBook(rows.into_iter().map(RoleRow::into_role).collect())))
    }

    async fn of(&self, user: UserId) -> StoreResult<Vec<UserRole>> {
        Ok(self.of_each(&[user]).await?.remove(&user).unwrap_or_default())
    }

    async fn of_each(&self, users: &[UserId]) -> StoreResult<HashMap<UserId, Vec<UserRole>>> {
        let users: Vec<i64> = users.iter().map(|user| user.0).collect();
        self.read(move |conn| {
            let mut held: HashMap<UserId, Vec<UserRole>> = HashMap::new();
            for users in chunks(&users) {
                for row in held_by(conn, users)? {
                    held.entry(UserId(row.user_id)).or_default().push(UserRole {
                        role: RoleId(row.role_id),
                        is_main: row.is_main,
                        expired_at: row.expired_at.map(Millis),
                        restore_role: row.restore_role_id.map(RoleId),
                    });
                }
            }
            Ok(held)
        })
        .await
    }
}

#[async_trait]
impl RoleAdmin for Database {
    async fn set<'a>(
        &self,
        role: RoleId,
        name: Option<&'a str>,
        permission: Option<(&'a str, &'a str)>,
        is_enabled: Option<bool>,
        at: Millis,
    ) -> StoreResult<()> {
        let name = name.map(str::to_owned);
        let permission = permission.map(|(key, value)| (key.to_owned(), value.to_owned()));
        self.write(move |conn| {
            let present: Option<(String, String, bool)> = roles::table
                .find(role.0)
                .select((roles::name, roles::permissions, roles::is_enable))
                .first(conn)
                .optional()?;
            let is_new = present.is_none();
            let (old_name, old_permissions, was_enabled) =
                present.unwrap_or_else(|| (format!("Role {role}"), "[]".to_owned(), true));
            let permissions = match &permission {
                Some((key, value)) => with_permission(&old_permissions, key, value)?,
                None => old_permissions,
            };
            let row = (
                roles::name.eq(name.clone().unwrap_or(old_name)),
                roles::permissions.eq(permissions),
                roles::is_enable.eq(is_enabled.unwrap_or(was_enabled)),
            );
            if is_new {
                let row = (roles::id.eq(role.0), roles::created_at.eq(at.0), row.0, row.1, row.2);
                diesel::insert_into(roles::table).values(row).execute(conn)?;
            } else {
                let row = (roles::updated_at.eq(at.0), row.0, row.1, row.2);
                diesel::update(roles::table.find(role.0)).set(row).execute(conn)?;
            }
            bump(conn, Topic::Roles)
        })
        .await
    }
}

/// The permissions with one set to another value. `value` is JSON, or else taken as a text.
fn with_permission(permissions: &str, key: &str, value: &str) -> QueryResult<String> {
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    let mut entries: Vec<Value> = serde_json::from_str(permissions).unwrap_or_default();
    entries.retain(|entry| entry.get("permKey").and_then(Value::as_str) != Some(key));
    entries.push(json!({ "permKey": key, "permValue": value, "isCustom": false }));
    serde_json::to_string(&entries).map_err(|error| Error::SerializationError(error.into()))
}

/// Gives a user another main role; the present one is withdrawn.
pub(crate) fn set_main(
    conn: &mut AnyConnection,
    user: UserId,
    role: RoleId,
    expired_at: Option<Millis>,
    restore_role: Option<RoleId>,
    at: Millis,
) -> QueryResult<()> {
    let present = user_roles::table
        .filter(user_roles::user_id.eq(user.0).and(user_roles::is_main.eq(true)))
        .filter(user_roles::deleted_at.is_null());
    diesel::update(present).set(user_roles::deleted_at.eq(at.0)).execute(conn)?;
    diesel::insert_into(user_roles::table)
        .values((
            user_roles::user_id.eq(user.0),
            user_roles::role_id.eq(role.0),
            user_roles::is_main.eq(true),
            user_roles::expired_at.eq(expired_at.map(|at| at.0)),
            user_roles::restore_role_id.eq(restore_role.map(|role| role.0)),
            user_roles::created_at.eq(at.0),
        ))
        .execute(conn)?;
    bump(conn, Topic::Roles)
}
