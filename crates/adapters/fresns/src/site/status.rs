//! What anybody may fetch without a signature: whether the site is open, and the picture of users without one.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;
use sixin_web::answer::reply;

use crate::messages::{Language, message};

/// Where clients since 2.x look first.
pub(crate) const STATUS: &str = "/status.json";
/// The picture of users who have none.
pub(crate) const AVATAR: &str = "/assets/avatar.png";
/// A head and shoulders, grey on grey.
const PICTURE: &[u8] = include_bytes!("avatar.png");
/// The code whose text says that the server is busy.
const BUSY: i64 = 503;

/// `GET /status.json`: a site that answers is open.
pub(crate) async fn status(_: HttpRequest) -> HttpResponse {
    let text = |language: Language| message(BUSY, language);
    let description = json!({
        "default": text(Language::English),
        "en": text(Language::English),
        "zh-Hans": text(Language::Simplified),
        "zh-Hant": text(Language::Traditional),
    });
    // Clients of 3.x read the second.
    let status = json!({
        "activate": true, "deactivateDescription": description, "deactivateDescribe": description,
    });
    reply::json(actix_web::http::StatusCode::OK, 0, &status)
}

/// `GET /assets/avatar.png`.
pub(crate) async fn avatar() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("image/png")
        .insert_header((header::CACHE_CONTROL, "public, max-age=86400"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(PICTURE)
}
