//! A whole store, row by row: read at one moment, and filled. Every table of [`schema`](crate::schema) has its place in
//! [`tables`]; a test holds that list against the migrated databases.

mod filling;
mod numbering;
mod person;
pub(crate) mod rows;
mod snapshot;
pub(crate) mod tables;

use std::path::Path;

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use sixin_application::operations::ports::{
    CopyError, StoreCopying, StoreFilling, StoreShape, StoreSnapshot,
};
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::store_error;
use crate::operations::leases::database_now;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

fn number(conn: &mut AnyConnection, sql: &str) -> diesel::QueryResult<i64> {
    diesel::sql_query(sql).get_result::<Number>(conn).map(|row| row.number)
}

impl StoreCopying for Database {
    fn snapshot(&self, scratch: Option<&Path>) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        Ok(Box::new(snapshot::Snapshot::take(self, scratch)?))
    }

    fn snapshot_of(&self, user: UserId) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        Ok(Box::new(person::PersonSnapshot::over(snapshot::moment(self)?, user)?))
    }

    fn fill(&self, shape: &StoreShape) -> Result<Box<dyn StoreFilling>, CopyError> {
        Ok(Box::new(filling::Filling::begin(self, shape)?))
    }

    fn servers(&self) -> StoreResult<i64> {
        let mut conn = self.reader()?;
        let count = database_now(&mut conn).and_then(|now| {
            let sql = "SELECT COUNT(*) AS number FROM process_leases WHERE token IS NOT NULL AND ends_at > ";
            number(&mut conn, &format!("{sql}{now}"))
        });
        count.map_err(store_error)
    }
}
