//! Uploads that nobody has sent.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::files::ports::UnsentFiles;
use sixin_application::ports::StoreResult;
use sixin_domain::file::{Keeping, StoredFile};
use sixin_domain::id::FileId;
use sixin_domain::time::Millis;

use crate::database::Database;
use crate::files::stored::{CONTENTS, FileRow, is_for_conversations};
use crate::schema::{file_usages as usages, files};

/// Files that one step takes at most.
const STEP: i64 = 50;

#[async_trait]
impl UnsentFiles for Database {
    async fn give_up(&self, before: Millis, now: Millis) -> StoreResult<bool> {
        self.write(move |conn| {
            // What waits for no message is given up if its bytes never came.
            let arriving = files::table.filter(files::keeping.eq(Keeping::Arriving.number()));
            let is_broken_off =
                usages::table_column.eq(CONTENTS).and(usages::file_id.eq_any(arriving.select(files::id)));
            let old: Vec<(i64, i64)> = usages::table
                .filter(usages::table_id.is_null().and(usages::created_at.lt(before.0)))
                .filter(is_for_conversations().or(is_broken_off))
                .filter(usages::file_id.eq_any(
                    files::table.filter(files::keeping.ne(Keeping::Elsewhere.number())).select(files::id),
                ))
                .order(usages::created_at)
                .limit(STEP)
                .select((usages::id, usages::file_id))
                .load(conn)?;
            for (usage, file) in &old {
                // Whoever binds the upload counts the rows it changed, and so do we: one of the two finds none.
                let unsent = usages::table.filter(usages::id.eq(usage).and(usages::table_id.is_null()));
                diesel::delete(unsent).execute(conn)?;
                let uses: i64 = usages::table.filter(usages::file_id.eq(file)).count().get_result(conn)?;
                if uses == 0 {
                    let deleted = files::deleted_at.eq(now.0);
                    diesel::update(files::table.find(file)).set(deleted).execute(conn)?;
                }
            }
            Ok(i64::try_from(old.len()).is_ok_and(|count| count == STEP))
        })
        .await
    }

    async fn leftovers(&self) -> StoreResult<Vec<StoredFile>> {
        self.read(move |conn| {
            let rows: Vec<FileRow> = files::table
                .filter(files::deleted_at.is_not_null())
                .filter(files::keeping.ne(Keeping::Elsewhere.number()))
                .order(files::deleted_at)
                .limit(STEP)
                .select(FileRow::as_select())
                .load(conn)?;
            rows.into_iter().map(FileRow::into_file).collect()
        })
        .await
    }

    async fn forget(&self, file: FileId) -> StoreResult<()> {
        self.write(move |conn| diesel::delete(files::table.find(file.0)).execute(conn).map(drop)).await
    }
}
