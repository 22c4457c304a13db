//! What Fresns has beside messages and sixin has not: groups, notifications, stickers, channels. Clients read these lists on
//! every page, and an error there breaks the page, so the lists are there and empty.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};
use sixin_domain::access::session::Login;
use sixin_web::documented;
use utoipa::OpenApi;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, Page, PageQuery};
use crate::parts::page_of;
use crate::responses::{done, done_without_data};
use crate::routes::{
    CHANNELS, DELETE_NOTIFICATIONS, GROUP_CATEGORIES, GROUP_TREE, NOTIFICATIONS, READ_NOTIFICATIONS, STICKERS,
};

pub(crate) const NOTHING: [Value; 0] = [];

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    list_group_categories,
    list_groups,
    list_notifications,
    read_notifications,
    delete_notifications,
    list_stickers,
    list_channels
))]
pub(crate) struct Described;

/// A list of nothing.
pub(crate) struct NoList;

documented!(NoList, json!({"type": "array", "items": {}, "maxItems": 0}));

/// A page of nothing.
struct NoPage;

documented!(NoPage, page_of(&json!({"type": "array", "items": {}})));

/// List categories of groups
///
/// There are none here, so the page is empty: clients read it all the same.
#[utoipa::path(get, path = GROUP_CATEGORIES, request_body = PageQuery, responses((status = 200, body = NoPage)))]
pub(crate) async fn list_group_categories(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_page(&request, &api, Login::UserIfPrivate).await
}

/// List notifications
///
/// There are none here, so the page is empty: clients read it all the same.
#[utoipa::path(get, path = NOTIFICATIONS, security(("user" = [])), request_body = PageQuery, responses((status = 200, body = NoPage)))]
pub(crate) async fn list_notifications(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_page(&request, &api, Login::User).await
}

/// List groups
///
/// There are none here, so the list is empty: clients read it on every page.
#[utoipa::path(get, path = GROUP_TREE, responses((status = 200, body = NoList)))]
pub(crate) async fn list_groups(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_list(&request, &api).await
}

/// List stickers
///
/// There are none here, so the list is empty: clients read it on every page.
#[utoipa::path(get, path = STICKERS, responses((status = 200, body = NoList)))]
pub(crate) async fn list_stickers(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_list(&request, &api).await
}

/// List channels
///
/// There are none here, so the list is empty: clients read it on every page.
#[utoipa::path(get, path = CHANNELS, responses((status = 200, body = NoList)))]
pub(crate) async fn list_channels(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_list(&request, &api).await
}

/// Mark notifications as read
///
/// There are none here, so nothing is changed.
#[utoipa::path(put, path = READ_NOTIFICATIONS, security(("user" = [])), responses((status = 200)))]
pub(crate) async fn read_notifications(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    nothing_changed(&request, &api).await
}

/// Delete notifications
///
/// There are none here, so nothing is changed.
#[utoipa::path(delete, path = DELETE_NOTIFICATIONS, security(("user" = [])), responses((status = 200)))]
pub(crate) async fn delete_notifications(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    nothing_changed(&request, &api).await
}

pub(crate) async fn empty_list(request: &HttpRequest, api: &FresnsApi) -> HttpResponse {
    answered(request, api, async {
        let (_, locale) = enter(request, api, Login::UserIfPrivate).await?;
        Ok(done(NOTHING, locale.language))
    })
    .await
}

pub(crate) async fn nothing_changed(request: &HttpRequest, api: &FresnsApi) -> HttpResponse {
    answered(request, api, async {
        let (_, locale) = enter(request, api, Login::User).await?;
        Ok(done_without_data(locale.language))
    })
    .await
}

async fn empty_page(request: &HttpRequest, api: &FresnsApi, login: Login) -> HttpResponse {
    answered(request, api, async {
        let (_, locale) = enter(request, api, login).await?;
        let PageQuery { page, page_size } = query(request)?;
        let page = Page::of(page, page_size);
        Ok(done(Listed::new(page.pagination(0), NOTHING), locale.language))
    })
    .await
}
