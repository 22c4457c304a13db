//! The mark of a store that is being filled. It stands where the migrations of a newer version would, so that no server of any
//! version starts on a store of which only a part is there.

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationConnection;

use crate::connection::connector::AnyConnection;
use crate::error::OpenError;

/// In the table of migrations.
pub(super) const MARK: &str = "being-filled";

/// From now on the store is half filled.
pub(crate) fn begin(conn: &mut AnyConnection) -> Result<(), OpenError> {
    let made = match conn {
        AnyConnection::Sqlite(conn) => conn.setup(),
        AnyConnection::Mysql(conn) => conn.setup(),
    };
    let mark = format!("INSERT INTO __diesel_schema_migrations (version) VALUES ('{MARK}')");
    made.and_then(|_| conn.batch_execute(&mark)).map_err(OpenError::Migration)
}

/// It is whole.
pub(crate) fn end(conn: &mut AnyConnection) -> Result<(), OpenError> {
    let unmark = format!("DELETE FROM __diesel_schema_migrations WHERE version = '{MARK}'");
    conn.batch_execute(&unmark).map_err(OpenError::Migration)
}
