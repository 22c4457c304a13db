//! What Fresns has beside messages and sixin has not: groups, notifications, stickers, channels. Clients read these lists on
//! every page, and an error there breaks the page, so the lists are there and empty.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;
use sixin_domain::access::session::Login;

use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::pagination::{Listed, PAGE_SIZE, Page};
use crate::responses::{done, done_without_data};

/// Most entries of a page.
pub(crate) const MOST_OF_A_PAGE: i64 = 100;

const NOTHING: [Value; 0] = [];

/// `GET /api/v2/group/categories`.
pub(crate) async fn page(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_page(&request, &api, Login::UserIfPrivate).await
}

/// `GET /api/v2/notification/list`.
pub(crate) async fn page_of_user(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    empty_page(&request, &api, Login::User).await
}

/// `GET /api/v2/group/tree`, `global/stickers` and `global/channels`.
pub(crate) async fn list(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        Ok(done(NOTHING, locale.language))
    })
    .await
}

/// `PUT /api/v2/notification/mark-as-read`, `DELETE /api/v2/notification/delete`: there is none, so none is left.
pub(crate) async fn change(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, locale) = enter(&request, &api, Login::User).await?;
        Ok(done_without_data(locale.language))
    })
    .await
}

async fn empty_page(request: &HttpRequest, api: &FresnsApi, login: Login) -> HttpResponse {
    answered(request, api, async {
        let (_, locale) = enter(request, api, login).await?;
        let page = Page::of(&query(request), PAGE_SIZE, MOST_OF_A_PAGE)?;
        Ok(done(Listed::new(page.pagination(0), NOTHING), locale.language))
    })
    .await
}
