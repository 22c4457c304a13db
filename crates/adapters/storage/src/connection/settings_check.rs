//! Does the server keep what it acknowledges?

use diesel::prelude::*;
use diesel::sql_types::Text;
use sixin_application::ports::StoreResult;

use crate::connection::connector::AnyConnection;
use crate::connection::durability::Durability;
use crate::database::Database;
use crate::error::{OpenError, store_error};

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

/// Refuses a MySQL server that does not write each commit to disk, unless that was configured by name.
pub(crate) fn check(database: &Database) -> Result<(), OpenError> {
    if database.options().durability == Durability::Weak {
        return Ok(());
    }
    let weakness = weakness(database).map_err(|error| OpenError::Connect {
        url: database.options().url.to_string(),
        reason: error.to_string(),
    })?;
    weakness.map_or(Ok(()), |weakness| Err(OpenError::TooWeak(weakness)))
}

fn weakness(database: &Database) -> StoreResult<Option<String>> {
    let mut conn = database.writer()?;
    let AnyConnection::Mysql(conn) = &mut *conn else { return Ok(None) };
    let setting: Setting =
        diesel::sql_query("SELECT CAST(@@GLOBAL.innodb_flush_log_at_trx_commit AS CHAR) AS value")
            .get_result(conn)
            .map_err(store_error)?;
    Ok((setting.value != "1").then(|| {
        format!(
            "the MySQL server runs with innodb_flush_log_at_trx_commit={}, so it may lose acknowledged messages",
            setting.value
        )
    }))
}
