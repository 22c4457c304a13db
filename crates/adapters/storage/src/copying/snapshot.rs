//! One moment of a store.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;
use sixin_application::operations::ports::{
    CopiedRow, CopiedTable, CopyError, RowSource, StoreShape, StoreSnapshot,
};
use sixin_application::ports::{StoreError, StoreResult};
use sixin_domain::file::{Keeping, StoredFile};
use sixin_domain::id::FileId;
use tempfile::TempDir;

use crate::connection::connector::{AnyConnection, Connector, Purpose};
use crate::connection::url::DatabaseUrl;
use crate::copying::numbering;
use crate::copying::rows::{Pager, Walk};
use crate::copying::tables::{COPIED, known};
use crate::database::Database;
use crate::error::store_error;
use crate::files::stored::FileRow;
use crate::migrations;
use crate::schema::{file_usages, files};

/// [`StoreSnapshot`] on a connection of its own.
pub(super) struct Snapshot {
    conn: AnyConnection,
    shape: StoreShape,
    pager: Pager,
    /// The copy of an SQLite database goes when this is dropped.
    _scratch: Option<TempDir>,
}

impl Snapshot {
    pub(super) fn take(database: &Database, scratch: Option<&Path>) -> Result<Self, CopyError> {
        let (mut conn, scratch) = match (&database.options().url, scratch) {
            (DatabaseUrl::Sqlite(_), Some(folder)) => copied(database, folder)?,
            _ => (moment(database)?, None),
        };
        let shape = shape(&mut conn).map_err(store_error)?;
        Ok(Self { conn, shape, pager: Pager::default(), _scratch: scratch })
    }
}

impl RowSource for Snapshot {
    fn shape(&self) -> &StoreShape {
        &self.shape
    }

    fn next(&mut self, table: &CopiedTable) -> Result<Vec<CopiedRow>, CopyError> {
        let Some(known) = known(&table.name) else { return Ok(Vec::new()) };
        let walk = Walk { from: known.name, key: known.key, only: None };
        Ok(self.pager.next(&mut self.conn, table, &walk).map_err(store_error)?)
    }
}

impl StoreSnapshot for Snapshot {
    fn kept_files(&mut self, after: FileId, limit: i64) -> StoreResult<Vec<StoredFile>> {
        kept_files(&mut self.conn, after, limit, None).map_err(store_error)
    }
}

/// Files whose bytes are kept: all, or those a user has uploaded.
pub(super) fn kept_files(
    conn: &mut AnyConnection,
    after: FileId,
    limit: i64,
    of_user: Option<i64>,
) -> QueryResult<Vec<StoredFile>> {
    let mut query = files::table
        .filter(files::id.gt(after.0).and(files::keeping.eq(Keeping::Kept.number())))
        .filter(files::deleted_at.is_null())
        .order(files::id)
        .limit(limit)
        .select(FileRow::as_select())
        .into_boxed();
    if let Some(user) = of_user {
        let uploads = file_usages::table.filter(file_usages::user_id.eq(user)).select(file_usages::file_id);
        query = query.filter(files::id.eq_any(uploads));
    }
    let rows: Vec<FileRow> = query.load(conn)?;
    rows.into_iter().map(FileRow::into_file).collect()
}

fn shape(conn: &mut AnyConnection) -> QueryResult<StoreShape> {
    let migrations = migrations::applied(conn)?;
    let mut numbers = numbering::last_numbers(conn)?;
    let tables = COPIED.iter().map(|table| table.copied(numbers.remove(table.name)));
    Ok(StoreShape { migrations, tables: tables.collect() })
}

/// A connection that goes on seeing what there is at its first look.
pub(super) fn moment(database: &Database) -> StoreResult<AnyConnection> {
    match &database.options().url {
        DatabaseUrl::Sqlite(_) => held(database, "BEGIN"),
        DatabaseUrl::Mysql(_) => held(
            database,
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
             START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ),
    }
}

fn held(database: &Database, begin: &str) -> StoreResult<AnyConnection> {
    let mut conn = connect(database, Purpose::Read)?;
    conn.batch_execute(begin).map_err(store_error)?;
    Ok(conn)
}

fn connect(database: &Database, purpose: Purpose) -> StoreResult<AnyConnection> {
    let connector = Connector {
        url: database.options().url.clone(),
        purpose,
        durability: database.options().durability,
        counter: Default::default(),
    };
    connector.open().map_err(|error| StoreError::Unavailable(error.into()))
}

/// A copy of the file as it is now. SQLite's log can't go back into the file behind a moment that somebody still reads, and grows
/// meanwhile: a copy is made in a fraction of the time that all rows take. It writes nothing into the file itself.
fn copied(database: &Database, folder: &Path) -> StoreResult<(AnyConnection, Option<TempDir>)> {
    let no_copy = |error: std::io::Error| StoreError::Unavailable(error.into());
    let scratch = tempfile::Builder::new().prefix(".sixin-copy-").tempdir_in(folder).map_err(no_copy)?;
    let path = scratch.path().join("copy.db");
    let path = path.to_str().ok_or_else(|| no_copy(std::io::Error::other("the path is not UTF-8")))?;
    // A connection that may only read can't write a copy either.
    let mut conn = connect(database, Purpose::Write)?;
    diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(path).execute(&mut conn).map_err(store_error)?;
    drop(conn);
    let mut copy =
        SqliteConnection::establish(path).map_err(|error| StoreError::Unavailable(error.into()))?;
    copy.batch_execute("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; BEGIN").map_err(store_error)?;
    Ok((AnyConnection::Sqlite(copy), Some(scratch)))
}
