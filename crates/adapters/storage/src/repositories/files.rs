//! Files: tables `files` and `file_usages`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::ports::{Files, StoreResult};
use sixin_domain::file::{FileKind, PendingUpload, StoredFile};
use sixin_domain::id::{FileId, FileUsageId, UserId};

use crate::connection::AnyConnection;
use crate::database::Database;
use crate::schema::{file_usages as usages, files};

/// What an upload for a conversation says of itself (Fresns seed).
const TABLE: &str = "conversation_messages";
const COLUMN: &str = "message_file_id";

#[derive(Queryable, Selectable)]
#[diesel(table_name = files)]
pub(super) struct FileRow {
    id: i64,
    fid: String,
    type_: i16,
    name: String,
    mime: Option<String>,
    extension: String,
    size: Option<i64>,
    md5: Option<String>,
    sha: Option<String>,
    sha_type: Option<String>,
    path: String,
    image_width: Option<i64>,
    image_height: Option<i64>,
    audio_time: Option<i64>,
    video_time: Option<i64>,
    video_cover_path: Option<String>,
    video_gif_path: Option<String>,
    more_json: Option<String>,
    transcoding_state: i16,
    is_sensitive: bool,
    is_enable: bool,
}

impl FileRow {
    pub(super) fn into_file(self) -> QueryResult<StoredFile> {
        let kind = FileKind::from_number(self.type_.into()).ok_or_else(|| {
            let message = format!("file {}: type {}", self.fid, self.type_);
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        })?;
        Ok(StoredFile {
            id: FileId(self.id),
            fid: self.fid,
            kind,
            name: self.name,
            mime: self.mime,
            extension: self.extension,
            size: self.size,
            md5: self.md5,
            sha: self.sha,
            sha_type: self.sha_type,
            path: self.path,
            image_width: self.image_width,
            image_height: self.image_height,
            audio_time: self.audio_time,
            video_time: self.video_time,
            video_cover_path: self.video_cover_path,
            video_gif_path: self.video_gif_path,
            more_json: self.more_json,
            transcoding_state: self.transcoding_state.into(),
            is_sensitive: self.is_sensitive,
            is_enabled: self.is_enable,
        })
    }
}

/// The files with these numbers, in any order; deleted ones too.
pub(super) fn stored_files(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<StoredFile>> {
    let rows: Vec<FileRow> =
        files::table.filter(files::id.eq_any(ids)).select(FileRow::as_select()).load(conn)?;
    rows.into_iter().map(FileRow::into_file).collect()
}

#[async_trait]
impl Files for Database {
    async fn find(&self, fid: &str) -> StoreResult<Option<(StoredFile, Vec<PendingUpload>)>> {
        let fid = fid.to_owned();
        self.read(move |conn| {
            let row: Option<FileRow> = files::table
                .filter(files::fid.eq(&fid).and(files::deleted_at.is_null()))
                .select(FileRow::as_select())
                .first(conn)
                .optional()?;
            let Some(row) = row.filter(|row| row.fid == fid) else { return Ok(None) };
            let uploads: Vec<(i64, Option<i64>, Option<String>)> = usages::table
                .filter(usages::file_id.eq(row.id).and(usages::table_id.is_null()))
                .filter(usages::table_name.eq(TABLE).and(usages::table_column.eq(COLUMN)))
                .filter(usages::deleted_at.is_null())
                .order(usages::id)
                .select((usages::id, usages::user_id, usages::table_key))
                .load(conn)?;
            let upload = |(id, uploader, addressee): (i64, Option<i64>, Option<String>)| {
                Some(PendingUpload {
                    usage: FileUsageId(id),
                    uploader: UserId(uploader?),
                    addressee: addressee?,
                })
            };
            Ok(Some((row.into_file()?, uploads.into_iter().filter_map(upload).collect())))
        })
        .await
    }
}
