//! An archive on its way to whoever has asked for it.

use std::io::Read;

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType};
use sixin_application::administration::people::ExportedPerson;
use sixin_application::administration::ports::OpenArchive;
use sixin_web::answer::streamed::{BodySender, BrokenOff, streamed_body};

/// Bytes that are read at once.
const PIECE: u64 = 256 * 1024;

/// An answer that is saved as a file, and kept by nobody on the way.
pub(crate) fn answer(exported: ExportedPerson) -> HttpResponse {
    let ExportedPerson { user, archive, permit, .. } = exported;
    // Names of users may hold anything; their numbers are plain.
    let parameters = vec![DispositionParam::Filename(format!("user-{}.zip", user.uid))];
    let disposition = ContentDisposition { disposition: DispositionType::Attachment, parameters };
    let (sender, body) = streamed_body();
    let size = archive.size;
    actix_web::rt::spawn(async move {
        if let Err(error) = write(archive, sender).await {
            tracing::warn!(%error, "what belongs to a user was not read to its end");
        }
        drop(permit);
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(disposition)
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .no_chunking(size)
        .streaming(body)
}

/// Reads piece by piece, on a thread for that, and no faster than it is taken.
async fn write(archive: OpenArchive, sender: BodySender) -> Result<(), BrokenOff> {
    let mut bytes = archive.bytes;
    loop {
        let read = actix_web::rt::task::spawn_blocking(move || {
            let mut piece = Vec::new();
            let read = bytes.by_ref().take(PIECE).read_to_end(&mut piece);
            read.map(|_| (bytes, piece))
        });
        let piece;
        (bytes, piece) = match read.await {
            Ok(Ok(read)) => read,
            _ => return Err(BrokenOff::Unfinished),
        };
        if piece.is_empty() {
            return sender.finish().await;
        }
        sender.send(piece).await?;
    }
}
