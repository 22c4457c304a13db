//! Users, as anybody may look at them.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use sixin_application::users::profiles::Viewer;
use sixin_application::users::show_user::SeenUser;
use sixin_domain::access::session::Login;
use sixin_domain::user::username::UserRef;
use utoipa::{OpenApi, ToSchema};

use crate::admission::{Locale, answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_UNKNOWN};
use crate::key_filter::{Filtered, KeyFilter, KeysHidden, KeysShown};
use crate::parts::UserDetail;
use crate::responses::done;
use crate::routes::USER_DETAIL;
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// What a detail is wrapped in.
#[derive(Serialize)]
struct Detail<'f> {
    detail: Filtered<'f, UserInfo>,
}

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(show_user))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsShowUser)]
struct ShowUser {
    whitelist_keys: Option<KeysShown>,
    blacklist_keys: Option<KeysHidden>,
}

/// Show a user
///
/// The user as the caller sees it, also one who has left. Nobody who is not signed in may write to it: `conversation.code`
/// is then 31601. On a private site only its users are told.
#[utoipa::path(get, path = USER_DETAIL, params(("uidOrUsername" = String, Path, description = "Digits: the number of the user. Anything else: its name.", min_length = 1, example = "user2")), request_body = ShowUser, responses((status = 200, body = UserDetail)))]
pub(crate) async fn show_user(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let ShowUser { whitelist_keys, blacklist_keys } = query(&request)?;
        let keys = KeyFilter::of(whitelist_keys, blacklist_keys);
        let which = UserRef::parse(&which).map_err(|_| Failure::new(USER_UNKNOWN))?;
        let viewer = visitor.user.map(|user| Viewer { user, settings: visitor.settings });
        let value = seen_by(&api, viewer, &which, &locale).await?;
        Ok(done(Detail { detail: Filtered { value, keys: &keys } }, locale.language))
    })
    .await
}

/// A user as somebody sees it, or as nobody in particular does.
pub(crate) async fn seen_by(
    api: &FresnsApi,
    viewer: Option<Viewer>,
    which: &UserRef,
    locale: &Locale,
) -> Result<UserInfo, Failure> {
    let seen = api.show_user.show(viewer, which).await?;
    Ok(object(&seen.ok_or(Failure::new(USER_UNKNOWN))?, locale))
}

fn object(seen: &SeenUser, locale: &Locale) -> UserInfo {
    let subject = Subject { user: &seen.user, roles: &seen.roles, role_book: &seen.role_book, locale };
    match seen.standing {
        Some((relation, may_write)) => subject.seen_as(relation, may_write).noted(seen.note.as_deref()),
        None => subject.seen_by_nobody(),
    }
}
