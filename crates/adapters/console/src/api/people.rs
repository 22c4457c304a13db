//! What belongs to a person, handed out or taken away.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::{answered_with, handed_out, part};
use crate::ConsoleApi;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(admin_export_user, admin_erase_user))]
pub(crate) struct Operations;

/// Why what belongs to a user is handed out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminExportUser, example = json!({"reason": "she asked for it, letter of 3 May"}))]
struct ExportBody {
    /// In one line of 3 to 500 characters; it is written down.
    reason: String,
}

/// Get all that belongs to a user
///
/// A zip archive of JSON and files, as `sixin user export` writes it: docs/people.md says what is in it. It may take a while to begin. Every
/// call is a row of the audit. Scope `users.export`.
#[utoipa::path(post, path = "/admin/v1/users/{user}/export", params(("user" = String, Path, description = "Its number or its username.")), request_body = ExportBody, responses((status = 200, content_type = "application/zip")))]
pub(crate) async fn admin_export_user(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    handed_out(&api, &request, payload, async |caller, body: ExportBody| {
        api.administration.people.export(caller, &part(&request, "user"), &body.reason).await
    })
    .await
}

/// Who is erased, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminEraseUser, example = json!({"username": "dora", "reason": "she asked for it, letter of 3 May"}))]
struct EraseBody {
    /// The username of the user once more, exactly.
    username: String,
    /// In one line of 3 to 500 characters; it is written down.
    reason: String,
}

/// A user who was erased.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminErasedUser)]
struct ErasedInfo {
    /// Always true.
    done: bool,
    /// What it is called now.
    left: String,
    /// How many messages say now that they were erased.
    messages: u64,
}

/// Erase a user for good
///
/// What it was called, wrote and uploaded goes; conversations of others stay and say so. There is no way back but a backup: see
/// docs/people.md. It may take a while, and goes on if nobody waits. Scope `users.erase`.
#[utoipa::path(post, path = "/admin/v1/users/{user}/erase", params(("user" = String, Path, description = "Its number or its username.")), request_body = EraseBody, responses((status = 200, body = ErasedInfo)))]
pub(crate) async fn admin_erase_user(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: EraseBody| {
        let (people, user) = (&api.administration.people, part(&request, "user"));
        let erased = people.erase(caller, &user, &body.username, &body.reason).await?;
        Ok(ErasedInfo { done: true, left: erased.left, messages: erased.messages })
    })
    .await
}
