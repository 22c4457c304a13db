//! An empty store is filled.

use diesel::QueryResult;
use diesel::connection::SimpleConnection;
use sixin_application::operations::ports::{
    CopiedRow, CopiedTable, CopyError, RowSink, StoreFilling, StoreShape,
};
use sixin_application::ports::StoreError;
use sixin_application::sending::ids::LEASE_MS;

use crate::connection::connector::AnyConnection;
use crate::copying::tables::known;
use crate::copying::{numbering, rows};
use crate::database::Database;
use crate::error::{OpenError, store_error};
use crate::log::head;
use crate::migrations::{self, filling as mark};
use crate::operations::leases::database_now;

/// [`StoreFilling`]. It holds no connection: servers close those that wait, as they would while files are restored.
pub(super) struct Filling {
    database: Database,
    shape: StoreShape,
}

impl Filling {
    pub(super) fn begin(database: &Database, shape: &StoreShape) -> Result<Self, CopyError> {
        let mut conn = database.first_writer().map_err(prepare)?;
        let state = migrations::checked(&mut conn).map_err(prepare)?;
        if !state.is_empty {
            return Err(CopyError::NotEmpty(database.options().url.to_string()));
        }
        let is_unknown = |version: &&String| !state.missing.contains(version);
        if let Some(newer) = shape.migrations.iter().find(is_unknown) {
            return Err(CopyError::Newer(newer.clone()));
        }
        if let Some(strange) = shape.tables.iter().find(|table| !is_known(table)) {
            return Err(CopyError::Damaged(format!("there is no table {} with such columns", strange.name)));
        }
        mark::begin(&mut conn).map_err(prepare)?;
        migrations::run_those(&mut conn, &shape.migrations).map_err(prepare)?;
        // What a new site begins with is in what is copied, as it is there.
        let emptied: QueryResult<()> = shape
            .tables
            .iter()
            .try_for_each(|table| conn.batch_execute(&format!("DELETE FROM {}", table.name)));
        emptied.map_err(store_error)?;
        Ok(Self { database: database.clone(), shape: shape.clone() })
    }
}

/// Whether this version knows the table, and all of its columns. One of an older version may lack some.
fn is_known(table: &CopiedTable) -> bool {
    known(&table.name).is_some_and(|known| {
        let here = known.copied(None).columns;
        !table.columns.is_empty() && table.columns.iter().all(|column| here.contains(column))
    })
}

impl RowSink for Filling {
    fn add(&mut self, table: &CopiedTable, rows: &[CopiedRow]) -> Result<(), CopyError> {
        let written = self.database.writer()?.write(|conn| rows::write(conn, table, rows));
        Ok(written.map_err(|error| store_error(error.into()))?)
    }
}

impl StoreFilling for Filling {
    fn finish(self: Box<Self>, epoch: Option<&str>) -> Result<(), CopyError> {
        let conn = &mut *self.database.writer()?;
        let settled = settle(conn, &self.shape, epoch);
        settled.map_err(store_error)?;
        migrations::run_all(conn).map_err(prepare)?;
        mark::end(conn).map_err(prepare)
    }
}

fn settle(conn: &mut AnyConnection, shape: &StoreShape, epoch: Option<&str>) -> QueryResult<()> {
    for table in &shape.tables {
        if let Some(last) = table.last_number {
            numbering::go_on_behind(conn, &table.name, last)?;
        }
    }
    // A server may have given ids up to the end of its lease, which the store that is copied does not know.
    let given = database_now(conn)?.saturating_add(LEASE_MS);
    conn.batch_execute(&format!(
        "UPDATE process_leases SET token = NULL, ends_at = 0, \
         high_water = CASE WHEN high_water < {given} THEN {given} ELSE high_water END"
    ))?;
    conn.batch_execute("UPDATE webhook_endpoints SET leased_by = NULL, leased_until = 0")?;
    conn.batch_execute("UPDATE push_progress SET leased_by = NULL, leased_until = 0")?;
    epoch.map_or(Ok(()), |epoch| head::rename(conn, epoch))
}

fn prepare(error: OpenError) -> CopyError {
    match error {
        OpenError::Connect { .. } => StoreError::Unavailable(error.into()).into(),
        error => CopyError::Prepare(error.into()),
    }
}
