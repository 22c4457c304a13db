//! What Fresns 3.x has beside messages and sixin has not. Clients read these lists on every page, and an error there breaks the page.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use sixin_domain::access::session::Login;
use sixin_web::documented;
use utoipa::OpenApi;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, Page, PageQuery};
use crate::placeholders::{NOTHING, NoList, empty_list, nothing_changed};
use crate::responses::done;
use crate::v3::parts::page_of;
use crate::v3::routes::{CHANNELS, DELETE_NOTIFICATIONS, NOTIFICATIONS, READ_NOTIFICATIONS};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(list_nothing, list_notifications_v3, read_notifications_v3, delete_notifications_v3))]
pub(crate) struct Described;

/// A page of nothing.
struct NoPage;

documented!(NoPage, page_of(&json!({"type": "array", "items": {}})));

/// List channels
///
/// There are none here, so the list is empty, as are `global/stickers`, `global/{type}/archives`, `global/{type}/content-types` and
/// `group/tree`.
#[utoipa::path(get, path = CHANNELS, responses((status = 200, body = NoList)))]
pub(crate) async fn list_nothing(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_list(&request, &api).await
}

/// List notifications
///
/// There are none here, so the page is empty: clients read it all the same.
#[utoipa::path(get, path = NOTIFICATIONS, security(("user" = [])), request_body = PageQuery, responses((status = 200, body = NoPage)))]
pub(crate) async fn list_notifications_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::User).await?;
        let PageQuery { page, page_size } = query(&request)?;
        let page = Page::of(page, page_size);
        Ok(done(Listed::in_one_name(page.pagination(0), NOTHING), locale.language))
    })
    .await
}

/// Mark notifications as read
///
/// There are none here, so nothing is changed. PUT does the same.
#[utoipa::path(patch, path = READ_NOTIFICATIONS, security(("user" = [])), responses((status = 200)))]
pub(crate) async fn read_notifications_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    nothing_changed(&request, &api).await
}

/// Delete notifications
///
/// There are none here, so nothing is changed. `notification/messages` is the same.
#[utoipa::path(delete, path = DELETE_NOTIFICATIONS, security(("user" = [])), responses((status = 200)))]
pub(crate) async fn delete_notifications_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    nothing_changed(&request, &api).await
}
