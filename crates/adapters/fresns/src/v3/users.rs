//! Users in 3.x: what awaits one, how one is seen (docs/wire/fresns3.md#users).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sixin_application::users::profiles::Viewer;
use sixin_domain::access::session::Login;
use sixin_domain::user::username::UserRef;
use utoipa::{OpenApi, ToSchema};

use crate::access::accounts::enter_account;
use crate::admission::{answered, enter, query};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_MISSING, USER_UNKNOWN};
use crate::conversations::panel::{ConversationTotals, Drafts};
use crate::responses::done;
use crate::users::detail::seen_by;
use crate::v3::routes::{OVERVIEW, USER_DETAIL};
use crate::v3::user::User;
use crate::values::TextOrNumber;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(show_overview_v3, show_user_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ShowOverview)]
struct ShowOverview {
    /// Another user of the account that is signed in.
    uid_or_username: Option<TextOrNumber>,
}

/// What awaits a user. What belongs to plugins, posts and comments is empty: this server has none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3Overview)]
pub(crate) struct Overview {
    #[schema(value_type = Vec<Object>)]
    features: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    profiles: Vec<Value>,
    conversations: ConversationTotals,
    unread_notifications: UnreadNotifications,
    draft_count: Drafts,
}

/// Unread notifications; this server has none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Fresns3UnreadNotifications)]
struct UnreadNotifications {
    all: i64,
    systems: i64,
    recommends: i64,
    likes: i64,
    dislikes: i64,
    follows: i64,
    blocks: i64,
    mentions: i64,
    comments: i64,
    quotes: i64,
}

/// Show what awaits a user
///
/// How many conversations and unread messages the caller has, or another user of its account.
#[utoipa::path(get, path = OVERVIEW, security(("account" = [])), request_body = ShowOverview, responses((status = 200, body = Overview)))]
pub(crate) async fn show_overview_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, account, locale) = enter_account(&request, &api).await?;
        let ShowOverview { uid_or_username } = query(&request)?;
        let user = match uid_or_username {
            None => visitor.user.ok_or(Failure::new(USER_MISSING))?,
            Some(name) => {
                let unknown = || Failure::new(USER_UNKNOWN);
                let which = UserRef::parse(&name.0).map_err(|_| unknown())?;
                let is_meant = |user: &sixin_domain::user::User| match &which {
                    UserRef::Uid(uid) => user.uid == *uid,
                    UserRef::Username(name) => user.username == *name,
                };
                let users = api.sign_in.account(account).await?.users;
                users.into_iter().find(|user| is_meant(user)).ok_or_else(unknown)?
            }
        };
        let viewer = Viewer { user, settings: visitor.settings };
        let overview = Overview {
            features: Vec::new(),
            profiles: Vec::new(),
            conversations: api.read_conversations.totals(&viewer).await?.into(),
            unread_notifications: UnreadNotifications::default(),
            draft_count: Drafts::default(),
        };
        Ok(done(overview, locale.language))
    })
    .await
}

/// A user, as one is answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fresns3UserDetail)]
pub(crate) struct UserDetail {
    items: Items,
    detail: User,
}

/// What pages of a user have besides; there is nothing here.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = Fresns3UserItems)]
struct Items {
    #[schema(required = true)]
    title: Option<String>,
    #[schema(required = true)]
    keywords: Option<String>,
    #[schema(required = true)]
    description: Option<String>,
    #[schema(value_type = Vec<Object>)]
    manages: Vec<Value>,
}

/// Show a user
///
/// The user as the caller sees it, also one who has left. Nobody who is not signed in may write to it: `conversation.code` is then
/// 31601. On a private site only its users are told.
#[utoipa::path(get, path = USER_DETAIL, params(("uidOrUsername" = String, Path, description = "Digits: the number of the user. Anything else: its name.", min_length = 1, example = "user2")), responses((status = 200, body = UserDetail)))]
pub(crate) async fn show_user_v3(
    request: HttpRequest,
    which: web::Path<String>,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::UserIfPrivate).await?;
        let which = UserRef::parse(&which).map_err(|_| Failure::new(USER_UNKNOWN))?;
        let viewer = visitor.user.map(|user| Viewer { user, settings: visitor.settings });
        let detail = seen_by(&api, viewer, &which, &locale).await?.into();
        Ok(done(UserDetail { items: Items::default(), detail }, locale.language))
    })
    .await
}
