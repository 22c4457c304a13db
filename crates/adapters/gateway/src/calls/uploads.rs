//! Files for the contents of messages: where a client uploads them, and where they are then.

use serde_json::json;
use sixin_domain::file::FileKind;
use sixin_web::files::address;

use super::{Answer, Caller, found};
use crate::codes::Code;
use crate::uploading;
use crate::wire::files::{GetDownloadUrlInput, GetDownloadUrlOutput, GetQNupTokenInput, GetQNupTokenOutput};

/// The kind of a file, as the SDK numbers them: a film can be two things, and a page of messages is a document.
fn kind(number: i32) -> Option<FileKind> {
    match number {
        1 => Some(FileKind::Image),
        2 => Some(FileKind::Audio),
        3 | 5 => Some(FileKind::Video),
        4 | 6 => Some(FileKind::Document),
        _ => None,
    }
}

/// Where a file is to be uploaded.
pub(crate) fn place(caller: &Caller<'_>, asked: GetQNupTokenInput) -> Result<Answer, Code> {
    // Files of others need no permission of ours.
    if asked.url.is_some_and(|url| !url.is_empty()) {
        return Err(Code::UNSUPPORTED);
    }
    let kind = kind(asked.kind).ok_or(Code::PARAMETER)?;
    let showing = &caller.showing;
    if !showing.guest.viewer.settings.allows_file(kind) {
        return Err(Code::NOT_ALLOWED);
    }
    let key = asked.key.unwrap_or_default();
    let ticket = showing.api.client_uploads.ticket(&showing.guest.pass, kind, &key)?;
    let at = format!("{}{}", showing.origin, uploading::path(&ticket.text));
    // The kind of place that the SDK needs to know least about: one form, posted there.
    let places = json!([{ "qiniu": at, "p": "1" }]).to_string();
    Ok(found(&GetQNupTokenOutput { deadline: ticket.expires, token: ticket.text, places: Some(places) }))
}

/// Where a file is that the caller has uploaded.
pub(crate) async fn address(caller: &Caller<'_>, asked: GetDownloadUrlInput) -> Result<Answer, Code> {
    let showing = &caller.showing;
    let link = showing.api.client_uploads.link(showing.me(), &asked.key).await?;
    let link = link.ok_or(Code::PARAMETER)?;
    Ok(found(&GetDownloadUrlOutput { url: address::of_link(&link, showing.origin) }))
}
