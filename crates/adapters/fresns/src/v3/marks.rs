//! Following, blocking, and what one calls whom one follows or blocks, in 3.x (docs/wire/fresns3.md#users).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::Deserializer;
use serde_json::json;
use sixin_domain::user::remark::{MOST_CHARS, Remark};
use sixin_domain::user::username::UserRef;
use sixin_web::documented;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Visit, answered, body, visit};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_UNKNOWN};
use crate::responses::done_without_data;
use crate::users::marks::{MarkKind, Marked, toggle};
use crate::v3::routes::{MARK, MARK_NOTE};
use crate::values::{TextOrNumber, not_allowed};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(mark_user_v3, note_user_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3MarkUserBody,
    example = json!({"markType": "follow", "type": "user", "fsid": "user2", "note": "Bob from work"}))]
struct MarkUserBody {
    mark_type: MarkKind,
    #[serde(rename = "type")]
    _kind: Marked,
    /// The number or the name of the user.
    fsid: TextOrNumber,
    note: Option<Note>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3NoteUserBody, example = json!({"type": "user", "fsid": "user2", "note": "Bob from work"}))]
struct NoteUserBody {
    #[serde(rename = "type")]
    _kind: Marked,
    /// The number or the name of the user.
    fsid: TextOrNumber,
    /// Without it the note is removed.
    note: Option<Note>,
}

/// What the caller calls the user: one line; empty removes it.
struct Note(Option<Remark>);

documented!(Note, json!({"type": "string", "maxLength": MOST_CHARS}));

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.is_empty() {
            return Ok(Self(None));
        }
        Remark::new(text).map(|remark| Self(Some(remark))).ok_or_else(not_allowed)
    }
}

/// Follow or block a user
///
/// Follows or blocks the user; if the caller does so already, takes it back. Who is blocked can't write to the caller any more, from
/// the next message on. A `note` is kept as with `user/mark-note`.
#[utoipa::path(post, path = MARK, security(("user" = [])), request_body = MarkUserBody, responses((status = 200)))]
pub(crate) async fn mark_user_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let MarkUserBody { mark_type, fsid, note, .. } = body(&request, payload, &api).await?;
        toggle(&api, &visit, mark_type.into(), &fsid).await?;
        // Clients send an empty one with every mark, and mean none.
        if let Some(note @ Note(Some(_))) = note {
            keep(&api, &visit, &fsid, note).await?;
        }
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

/// Note what one calls a user
///
/// Only the caller sees it, in the user's `interaction` while it follows or blocks the user; its devices are [woken](push.md) with it
/// as the title, and back ends know it as the remark. There is one note of a user, whatever the mark.
#[utoipa::path(patch, path = MARK_NOTE, security(("user" = [])), request_body = NoteUserBody, responses((status = 200)))]
pub(crate) async fn note_user_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let visit = visit(&request, &api).await?;
        let NoteUserBody { fsid, note, .. } = body(&request, payload, &api).await?;
        keep(&api, &visit, &fsid, note.unwrap_or(Note(None))).await?;
        Ok(done_without_data(visit.locale.language))
    })
    .await
}

async fn keep(api: &FresnsApi, visit: &Visit, fsid: &TextOrNumber, note: Note) -> Result<(), Failure> {
    let whom = UserRef::parse(&fsid.0).map_err(|_| Failure::new(USER_UNKNOWN))?;
    Ok(api.mark_user.note(&visit.viewer(), &whom, note.0).await?)
}
