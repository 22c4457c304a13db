//! With what operators come: tables `operator_sessions` and `operator_tokens`.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::access::ports::TokenHash;
use sixin_application::operators::ports::{
    NewOperatorSession, NewOperatorToken, OperatorSessions, OperatorToken, OperatorTokens,
};
use sixin_application::ports::StoreResult;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::Operator;
use sixin_domain::operator::permission::Scopes;
use sixin_domain::operator::session::{IDLE_MS, LONGEST_MS, SessionTimes};
use sixin_domain::time::Millis;

use super::accounts::OperatorRow;
use super::last_id;
use crate::database::Database;
use crate::schema::{operator_sessions as sessions, operator_tokens as tokens, operators};

#[async_trait]
impl OperatorSessions for Database {
    async fn begin(&self, session: &NewOperatorSession) -> StoreResult<()> {
        let NewOperatorSession { operator, token, began_at } = session.clone();
        self.write(move |conn| {
            let over = sessions::began_at
                .le(began_at.plus(-LONGEST_MS).0)
                .or(sessions::used_at.le(began_at.plus(-IDLE_MS).0));
            diesel::delete(sessions::table.filter(sessions::operator_id.eq(operator.0).and(over)))
                .execute(conn)?;
            diesel::update(operators::table.find(operator.0))
                .set(operators::signed_in_at.eq(began_at.0))
                .execute(conn)?;
            diesel::insert_into(sessions::table)
                .values((
                    sessions::token_hash.eq(token.to_vec()),
                    sessions::operator_id.eq(operator.0),
                    sessions::began_at.eq(began_at.0),
                    sessions::used_at.eq(began_at.0),
                ))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    async fn find(&self, token: &TokenHash) -> StoreResult<Option<(Operator, SessionTimes)>> {
        let token = token.to_vec();
        self.read(move |conn| {
            let row: Option<(OperatorRow, i64, i64)> = sessions::table
                .inner_join(operators::table.on(operators::id.eq(sessions::operator_id)))
                .filter(sessions::token_hash.eq(token))
                .select((OperatorRow::as_select(), sessions::began_at, sessions::used_at))
                .first(conn)
                .optional()?;
            let read = |(row, began, used): (OperatorRow, i64, i64)| {
                let times = SessionTimes { began_at: Millis(began), used_at: Millis(used) };
                row.read().map(|(operator, _)| (operator, times))
            };
            row.map(read).transpose()
        })
        .await
    }

    async fn note(&self, token: &TokenHash, at: Millis) -> StoreResult<()> {
        let token = token.to_vec();
        self.write(move |conn| {
            let row = sessions::table.filter(sessions::token_hash.eq(&token).and(sessions::used_at.lt(at.0)));
            diesel::update(row).set(sessions::used_at.eq(at.0)).execute(conn).map(drop)
        })
        .await
    }

    async fn end(&self, token: &TokenHash) -> StoreResult<()> {
        let token = token.to_vec();
        self.write(move |conn| {
            diesel::delete(sessions::table.filter(sessions::token_hash.eq(&token))).execute(conn).map(drop)
        })
        .await
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct TokenRow {
    id: i64,
    name: String,
    scopes: String,
    created_at: i64,
    ends_at: Option<i64>,
}

impl TokenRow {
    fn read(self) -> OperatorToken {
        OperatorToken {
            id: self.id,
            name: self.name,
            // Scopes of a newer version open nothing here.
            scopes: Scopes::parse(&self.scopes).unwrap_or_default(),
            created_at: Millis(self.created_at),
            ends_at: self.ends_at.map(Millis),
        }
    }
}

#[async_trait]
impl OperatorTokens for Database {
    async fn add(&self, token: &NewOperatorToken) -> StoreResult<i64> {
        let new = token.clone();
        self.write(move |conn| {
            diesel::insert_into(tokens::table)
                .values((
                    tokens::operator_id.eq(new.operator.0),
                    tokens::name.eq(&new.name),
                    tokens::token_hash.eq(new.token.to_vec()),
                    tokens::scopes.eq(new.scopes.text()),
                    tokens::created_at.eq(new.created_at.0),
                    tokens::ends_at.eq(new.ends_at.map(|at| at.0)),
                ))
                .execute(conn)?;
            last_id(conn)
        })
        .await
    }

    async fn find(&self, token: &TokenHash) -> StoreResult<Option<(Operator, OperatorToken)>> {
        let token = token.to_vec();
        self.read(move |conn| {
            let row: Option<(OperatorRow, TokenRow)> = tokens::table
                .inner_join(operators::table.on(operators::id.eq(tokens::operator_id)))
                .filter(tokens::token_hash.eq(token))
                .select((OperatorRow::as_select(), TokenRow::as_select()))
                .first(conn)
                .optional()?;
            let read = |(operator, token): (OperatorRow, TokenRow)| {
                operator.read().map(|(operator, _)| (operator, token.read()))
            };
            row.map(read).transpose()
        })
        .await
    }

    async fn list(&self, operator: OperatorId) -> StoreResult<Vec<OperatorToken>> {
        self.read(move |conn| {
            let rows: Vec<TokenRow> = tokens::table
                .filter(tokens::operator_id.eq(operator.0))
                .order(tokens::id)
                .select(TokenRow::as_select())
                .load(conn)?;
            Ok(rows.into_iter().map(TokenRow::read).collect())
        })
        .await
    }

    async fn revoke(&self, operator: OperatorId, id: i64) -> StoreResult<bool> {
        self.write(move |conn| {
            let row = tokens::table.filter(tokens::id.eq(id).and(tokens::operator_id.eq(operator.0)));
            Ok(diesel::delete(row).execute(conn)? > 0)
        })
        .await
    }
}
