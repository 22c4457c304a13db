//! Whether the machine and the database agree on the time.

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use sixin_application::ports::StoreResult;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::{OpenError, store_error};

/// By how much they may differ, in milliseconds. Positions in the log begin with the time (docs/design.md#delivery): a clock far ahead
/// would push them ahead for good, for every process of the site.
const MOST_MS: i64 = 60_000;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Database {
    /// Refuses a clock that is far off the database's. SQLite has none of its own. Blocks.
    ///
    /// # Errors
    /// [`OpenError::Clock`], or that the database did not answer.
    pub fn compare_clocks(&self) -> Result<(), OpenError> {
        let difference = self.clock_difference().map_err(|error| OpenError::Connect {
            url: self.options().url.to_string(),
            reason: error.to_string(),
        })?;
        if difference.abs() > MOST_MS { Err(OpenError::Clock(difference / 1000)) } else { Ok(()) }
    }

    /// How far the machine's clock is ahead of the database's, in milliseconds.
    fn clock_difference(&self) -> StoreResult<i64> {
        let mut conn = self.writer()?;
        let AnyConnection::Mysql(conn) = &mut *conn else { return Ok(0) };
        let theirs: Number =
            diesel::sql_query("SELECT CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) AS number")
                .get_result(conn)
                .map_err(store_error)?;
        Ok((self.options().clock)().0 - theirs.number)
    }
}
