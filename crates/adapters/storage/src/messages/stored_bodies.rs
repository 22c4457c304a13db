//! What messages of users hold: tables `conversation_messages` and `files`, for answering repeats.

use async_trait::async_trait;
use diesel::prelude::*;
use sixin_application::ports::StoreResult;
use sixin_application::sending::ports::StoredBodies;
use sixin_domain::file::StoredFile;
use sixin_domain::id::MessageId;
use sixin_domain::message::body::Body;

use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::files::stored::FileRow;
use crate::schema::{conversation_messages as messages, files};

#[async_trait]
impl StoredBodies for Database {
    async fn find(&self, message: MessageId) -> StoreResult<Option<(Body, Option<StoredFile>)>> {
        self.read(move |conn| {
            let row: Option<(Option<String>, Option<i64>)> = messages::table
                .find(message.0)
                .select((messages::message_text, messages::message_file_id))
                .first(conn)
                .optional()?;
            match row {
                Some((_, Some(file))) => Ok(of_file(conn, file)?),
                Some((Some(text), None)) => Ok(Some((Body::Text(text), None))),
                _ => Ok(None),
            }
        })
        .await
    }
}

fn of_file(conn: &mut AnyConnection, id: i64) -> QueryResult<Option<(Body, Option<StoredFile>)>> {
    let row: Option<FileRow> = files::table.find(id).select(FileRow::as_select()).first(conn).optional()?;
    let Some(row) = row else { return Ok(None) };
    let file = row.into_file()?;
    Ok(Some((Body::File { file: file.id, kind: file.kind }, Some(file))))
}
