//! Operators: table `operators`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::operations::ports::ChangeError;
use sixin_application::operators::ports::{NewOperator, OperatorChange, Operators};
use sixin_application::ports::StoreResult;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};
use sixin_domain::time::Millis;

use super::last_id;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::is_taken;
use crate::schema::{operator_sessions as sessions, operators};

#[derive(Queryable, Selectable)]
#[diesel(table_name = operators)]
pub(super) struct OperatorRow {
    id: i64,
    name: String,
    role: String,
    password: String,
    is_enabled: bool,
    created_at: i64,
    signed_in_at: Option<i64>,
    totp_secret: Option<String>,
}

impl OperatorRow {
    /// The operator and the hash of its password. One that can't be read is an error: a role that nobody knows must not become another.
    pub(super) fn read(self) -> QueryResult<(Operator, Secret)> {
        let unreadable = || {
            let why = format!(
                "operator {} can't be read: it is of a newer version, or was changed by hand",
                self.id
            );
            diesel::result::Error::DeserializationError(why.into())
        };
        let operator = Operator {
            id: OperatorId(self.id),
            name: OperatorName::new(&self.name).map_err(|_| unreadable())?,
            role: OperatorRole::from_name(&self.role).ok_or_else(unreadable)?,
            is_enabled: self.is_enabled,
            created_at: Millis(self.created_at),
            signed_in_at: self.signed_in_at.map(Millis),
            has_second_factor: self.totp_secret.is_some(),
        };
        Ok((operator, Secret::new(self.password)))
    }
}

fn apply(conn: &mut AnyConnection, id: i64, change: &OperatorChange) -> QueryResult<()> {
    let row = operators::table.find(id);
    match change {
        OperatorChange::Role(role) => {
            diesel::update(row).set(operators::role.eq(role.name())).execute(conn)?;
        }
        OperatorChange::Password(hash) => {
            diesel::update(row).set(operators::password.eq(hash.reveal())).execute(conn)?;
        }
        OperatorChange::Enabled(is_enabled) => {
            diesel::update(row).set(operators::is_enabled.eq(is_enabled)).execute(conn)?;
        }
    }
    Ok(())
}

#[async_trait]
impl Operators for Database {
    async fn add(&self, operator: &NewOperator) -> Result<OperatorId, ChangeError> {
        let new = operator.clone();
        let added = self
            .write(move |conn| {
                let inserted = diesel::insert_into(operators::table)
                    .values((
                        operators::name.eq(new.name.as_str()),
                        operators::role.eq(new.role.name()),
                        operators::password.eq(new.password.reveal()),
                        operators::created_at.eq(new.created_at.0),
                    ))
                    .execute(conn);
                if inserted.as_ref().is_err_and(is_taken) {
                    return Ok(None);
                }
                inserted?;
                last_id(conn).map(Some)
            })
            .await?;
        added.map(OperatorId).ok_or(ChangeError::Taken)
    }

    async fn find(&self, name: &OperatorName) -> StoreResult<Option<(Operator, Secret)>> {
        let name = name.to_string();
        self.read(move |conn| {
            let query = operators::table.filter(operators::name.eq(&name)).select(OperatorRow::as_select());
            let row: Option<OperatorRow> = query.first(conn).optional()?;
            row.map(OperatorRow::read).transpose()
        })
        .await
    }

    async fn list(&self) -> StoreResult<Vec<Operator>> {
        self.read(|conn| {
            let query = operators::table.order(operators::name).select(OperatorRow::as_select());
            let rows: Vec<OperatorRow> = query.load(conn)?;
            rows.into_iter().map(|row| row.read().map(|(operator, _)| operator)).collect()
        })
        .await
    }

    async fn change(&self, id: OperatorId, change: &OperatorChange) -> StoreResult<()> {
        let change = change.clone();
        self.write(move |conn| {
            apply(conn, id.0, &change)?;
            if matches!(change, OperatorChange::Password(_) | OperatorChange::Enabled(false)) {
                diesel::delete(sessions::table.filter(sessions::operator_id.eq(id.0))).execute(conn)?;
            }
            Ok(())
        })
        .await
    }
}
