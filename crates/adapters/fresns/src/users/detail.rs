//! Users, as anybody may look at them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::users::profiles::Viewer;
use sixin_application::users::show_user::SeenUser;
use sixin_domain::access::session::Login;
use sixin_domain::user::username::UserRef;

use crate::admission::{Locale, answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_UNKNOWN};
use crate::key_filter::{Filtered, KeyFilter};
use crate::responses::done;
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// What a detail is wrapped in.
#[derive(Serialize)]
struct Detail<'f> {
    detail: Filtered<'f, UserInfo>,
}

/// `GET /api/v2/user/{uidOrUsername}/detail`.
pub(crate) async fn detail(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let keys = KeyFilter::of(&query(&request))?;
        let which = UserRef::parse(&which).map_err(|_| Failure::new(USER_UNKNOWN))?;
        let viewer = visitor.user.map(|user| Viewer { user, settings: visitor.settings });
        let seen = api.show_user.show(viewer, &which).await?;
        let value = object(&seen.ok_or(Failure::new(USER_UNKNOWN))?, &locale);
        Ok(done(Detail { detail: Filtered { value, keys: &keys } }, locale.language))
    })
    .await
}

fn object(seen: &SeenUser, locale: &Locale) -> UserInfo {
    let subject = Subject { user: &seen.user, roles: &seen.roles, role_book: &seen.role_book, locale };
    match seen.standing {
        Some((relation, may_write)) => subject.seen_as(relation, may_write),
        None => subject.seen_by_nobody(),
    }
}
