//! Files: tables `files` and `file_usages`.

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::conversations::ports::{MessageQuery, Order};
use sixin_application::files::ports::{FileDescription, Files, NewFile, NewUpload};
use sixin_application::ports::StoreResult;
use sixin_domain::file::{FileKind, Keeping, PendingUpload, StoredFile};
use sixin_domain::id::{FileId, FileUsageId, UserId};

use crate::connection::connector::AnyConnection;
use crate::conversations::messages::messages as viewed;
use crate::conversations::rows::conversations_of;
use crate::database::Database;
use crate::schema::{conversation_messages as messages, file_usages as usages, files};

/// What an upload for a conversation says of itself (docs/wire/fresns.md#files).
const TABLE: &str = "conversation_messages";
const COLUMN: &str = "message_file_id";
/// What is said of a file whose address stands in contents: it waits for no message.
pub(crate) const CONTENTS: &str = "message_content";
/// The number of conversations among the purposes of a file (docs/wire/fresns.md#file-usages).
const FOR_CONVERSATIONS: i16 = 6;

/// Uses of a file that are, or may become, messages.
#[diesel::dsl::auto_type]
pub(crate) fn is_for_conversations() -> _ {
    let table: &'static str = TABLE;
    let column: &'static str = COLUMN;
    usages::table_name.eq(table).and(usages::table_column.eq(column))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = files)]
pub(crate) struct FileRow {
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
    keeping: i16,
    thumbnail_extension: Option<String>,
}

impl FileRow {
    pub(crate) fn into_file(self) -> QueryResult<StoredFile> {
        let unknown = |what: &str, number: i16| {
            let message = format!("file {}: {what} {number}", self.fid);
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        };
        let kind = FileKind::from_number(self.type_.into()).ok_or_else(|| unknown("type", self.type_))?;
        let keeping = Keeping::from_number(self.keeping).ok_or_else(|| unknown("keeping", self.keeping))?;
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
            keeping,
            thumbnail_extension: self.thumbnail_extension,
        })
    }
}

/// The files with these numbers, in any order; deleted ones too.
pub(crate) fn stored_files(conn: &mut AnyConnection, ids: &[i64]) -> QueryResult<Vec<StoredFile>> {
    let rows: Vec<FileRow> =
        files::table.filter(files::id.eq_any(ids)).select(FileRow::as_select()).load(conn)?;
    rows.into_iter().map(FileRow::into_file).collect()
}

#[async_trait]
impl Files for Database {
    async fn find(&self, fid: &str) -> StoreResult<Option<(StoredFile, Vec<PendingUpload>)>> {
        let fid = fid.to_owned();
        self.read(move |conn| {
            let is_there = files::deleted_at.is_null().and(files::keeping.ne(Keeping::Arriving.number()));
            let row: Option<FileRow> = files::table
                .filter(files::fid.eq(&fid).and(is_there))
                .select(FileRow::as_select())
                .first(conn)
                .optional()?;
            let Some(row) = row.filter(|row| row.fid == fid) else { return Ok(None) };
            let uploads: Vec<(i64, Option<i64>, Option<String>)> = usages::table
                .filter(usages::file_id.eq(row.id).and(usages::table_id.is_null()))
                .filter(is_for_conversations())
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

    async fn register(&self, file: &NewFile, upload: &NewUpload) -> StoreResult<FileId> {
        let (file, upload) = (file.clone(), upload.clone());
        self.write(move |conn| {
            insert_file(conn, &file)?;
            let id: i64 = files::table.filter(files::fid.eq(&file.fid)).select(files::id).first(conn)?;
            insert_usage(conn, id, &file, &upload)?;
            Ok(FileId(id))
        })
        .await
    }

    async fn arrived(&self, file: FileId) -> StoreResult<()> {
        self.write(move |conn| {
            diesel::update(files::table.find(file.0))
                .set(files::keeping.eq(Keeping::Kept.number()))
                .execute(conn)
                .map(drop)
        })
        .await
    }

    async fn describe(&self, fid: &str, uploader: UserId, said: &FileDescription) -> StoreResult<bool> {
        let (fid, said) = (fid.to_owned(), said.clone());
        self.write(move |conn| {
            let own: Vec<(i64, String, bool, Option<String>)> = files::table
                .filter(files::fid.eq(&fid).and(files::deleted_at.is_null()))
                .filter(diesel::dsl::exists(
                    usages::table
                        .filter(usages::file_id.eq(files::id).and(usages::user_id.eq(uploader.0)))
                        .filter(usages::deleted_at.is_null()),
                ))
                .select((files::id, files::fid, files::is_sensitive, files::more_json))
                .load(conn)?;
            // Some databases find ids by any case.
            let Some((id, _, was_sensitive, more)) = own.into_iter().find(|(_, found, ..)| *found == fid)
            else {
                return Ok(false);
            };
            diesel::update(files::table.find(id))
                .set((
                    files::is_sensitive.eq(said.is_sensitive.unwrap_or(was_sensitive)),
                    files::more_json.eq(said.more_json.as_ref().or(more.as_ref())),
                ))
                .execute(conn)?;
            Ok(true)
        })
        .await
    }

    async fn is_shown_to(&self, file: FileId, user: UserId, within: Option<i64>) -> StoreResult<bool> {
        self.read(move |conn| {
            let uses: Vec<(Option<i64>, Option<i64>)> = usages::table
                .filter(usages::file_id.eq(file.0).and(usages::deleted_at.is_null()))
                .filter(is_for_conversations())
                .select((usages::user_id, usages::table_id))
                .load(conn)?;
            for (uploader, message) in uses {
                let is_own = uploader == Some(user.0);
                let is_shown = match message {
                    None => is_own,
                    Some(message) if is_own => !is_recalled(conn, message)?,
                    Some(message) => sees_message(conn, message, user, within)?,
                };
                if is_shown {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }
}

fn is_recalled(conn: &mut AnyConnection, message: i64) -> QueryResult<bool> {
    let recalled = messages::table.filter(messages::id.eq(message).and(messages::recalled_at.is_not_null()));
    diesel::select(diesel::dsl::exists(recalled)).get_result(conn)
}

fn insert_file(conn: &mut AnyConnection, file: &NewFile) -> QueryResult<usize> {
    let seconds = |kind| if file.kind == kind { file.seconds } else { None };
    diesel::insert_into(files::table)
        .values((
            files::fid.eq(&file.fid),
            files::type_.eq(number(file.kind)),
            files::name.eq(&file.name),
            files::mime.eq(&file.mime),
            files::extension.eq(&file.extension),
            files::size.eq(file.size),
            (files::md5.eq(&file.md5), files::sha.eq(&file.sha256), files::sha_type.eq("sha256")),
            files::path.eq(&file.path),
            files::image_width.eq(file.pixels.map(|(width, _)| width)),
            files::image_height.eq(file.pixels.map(|(_, height)| height)),
            files::audio_time.eq(seconds(FileKind::Audio)),
            files::video_time.eq(seconds(FileKind::Video)),
            files::more_json.eq(&file.more_json),
            files::is_sensitive.eq(file.is_sensitive),
            // Nothing is transcoded here: what is stored can be played.
            files::transcoding_state.eq(3),
            files::created_at.eq(file.created_at.0),
            files::keeping.eq(Keeping::Arriving.number()),
            files::thumbnail_extension.eq(&file.thumbnail_extension),
        ))
        .execute(conn)
}

fn insert_usage(conn: &mut AnyConnection, id: i64, file: &NewFile, upload: &NewUpload) -> QueryResult<usize> {
    let column = if upload.addressee.is_some() { COLUMN } else { CONTENTS };
    diesel::insert_into(usages::table)
        .values((
            usages::file_id.eq(id),
            usages::file_type.eq(number(file.kind)),
            usages::usage_type.eq(FOR_CONVERSATIONS),
            usages::platform_id.eq(i16::try_from(upload.platform).unwrap_or_default()),
            (usages::table_name.eq(TABLE), usages::table_column.eq(column)),
            usages::table_key.eq(&upload.addressee),
            usages::account_id.eq(upload.account.0),
            usages::user_id.eq(upload.uploader.0),
            usages::created_at.eq(file.created_at.0),
        ))
        .execute(conn)
}

fn number(kind: FileKind) -> i16 {
    i16::try_from(kind.number()).unwrap_or_default()
}

/// Whether a user sees a message, and it is, or is of, what `within` names.
fn sees_message(
    conn: &mut AnyConnection,
    message: i64,
    user: UserId,
    within: Option<i64>,
) -> QueryResult<bool> {
    let place: Option<(i64, i64)> = messages::table
        .find(message)
        .select((messages::conversation_id, messages::seq))
        .first(conn)
        .optional()?;
    let Some((id, seq)) = place else { return Ok(false) };
    if within.is_some_and(|within| within != message && within != id) {
        return Ok(false);
    }
    let Some(conversation) = conversations_of(conn, &[id])?.pop() else { return Ok(false) };
    let Ok(view) = conversation.seen_by(user) else { return Ok(false) };
    if seq <= view.own.cleared_seq {
        return Ok(false);
    }
    let (after, before) = (seq - 1, seq + 1);
    let conversation = conversation.id;
    let query = MessageQuery { conversation, user, after, before, order: Order::Newest, offset: 0, limit: 1 };
    Ok(!viewed(conn, query)?.is_empty())
}
