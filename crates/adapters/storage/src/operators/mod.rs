//! Those who run the site, and what is written down of them.

mod accounts;
pub(crate) mod audit;
mod second_factors;
mod signed_in;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::connection::connector::AnyConnection;
use crate::sql::composed::{ComposedSql, Spelling};

#[derive(QueryableByName)]
struct LastId {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// The number of the row that this connection has just added.
fn last_id(conn: &mut AnyConnection) -> QueryResult<i64> {
    let found = ComposedSql::new(Spelling::of(conn).last_id()).load::<LastId>(conn)?;
    found.first().map(|row| row.id).ok_or(diesel::result::Error::NotFound)
}
