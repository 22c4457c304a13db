//! Users.

use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use sixin_application::administration::AdminError;
use sixin_application::administration::users::{UserDeed, UserForm};
use sixin_application::operators::caller::Caller;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::UserId;
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{DONE, Done, answered, answered_with, limit, part, query};
use crate::ConsoleApi;
use crate::views::{UserDetailInfo, UserInfo, UsersInfo};

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(
    admin_list_users,
    admin_create_user,
    admin_show_user,
    admin_delete_user,
    admin_set_user_password,
    admin_revoke_sessions,
    admin_restrict_user
))]
pub(crate) struct Operations;

/// Which users are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsersAsked {
    /// Their number, or a part of their username or shown name.
    pub(crate) q: Option<String>,
    /// Only those after this one: `next` of the part before.
    pub(crate) after: Option<i64>,
    /// How many, 1 to 500; 50 if it is not given.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<i64>,
}

/// A part of the users.
pub(crate) async fn search(
    api: &ConsoleApi,
    caller: &Caller,
    asked: UsersAsked,
) -> Result<UsersInfo, AdminError> {
    let (limit, text) = (limit(asked.limit)?, asked.q.unwrap_or_default());
    let after = UserId(asked.after.unwrap_or(0));
    let users = api.administration.users.search(caller, &text, after, limit).await?;
    let is_full = i64::try_from(users.len()).is_ok_and(|count| count == limit);
    let (now, next) = (api.clock.now(), users.last().filter(|_| is_full).map(|user| user.id.0));
    Ok(UsersInfo { users: users.iter().map(|user| UserInfo::of(user, now)).collect(), next })
}

/// List users, or search for some
///
/// The oldest first, those who left among them. Scope `users`.
#[utoipa::path(get, path = "/admin/v1/users", params(UsersAsked), responses((status = 200, body = UsersInfo)))]
pub(crate) async fn admin_list_users(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| search(&api, caller, query(&request)?).await).await
}

/// A user to be made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminNewUser, example = json!({"username": "dora", "nickname": "Dora", "email": "dora@example.org", "password": "correct horse"}))]
struct NewUserBody {
    /// Its unique name.
    username: String,
    /// Its number; a free one if it is not given.
    uid: Option<i64>,
    /// Its shown name; the username if it is not given.
    nickname: Option<String>,
    /// The e-mail address its account signs in with.
    email: Option<String>,
    /// The telephone number its account signs in with, with its country code.
    phone: Option<String>,
    /// The password of its account, of at least 8 characters.
    password: Option<String>,
}

/// A user that was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminMadeUser)]
pub(crate) struct MadeUser {
    /// Its number.
    uid: i64,
    /// Its name.
    username: String,
    /// The public id of its account.
    aid: String,
}

/// Make a user
///
/// And an account for it. Scope `users.create`.
#[utoipa::path(post, path = "/admin/v1/users", request_body = NewUserBody, responses((status = 200, body = MadeUser)))]
pub(crate) async fn admin_create_user(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: NewUserBody| {
        let NewUserBody { username, uid, nickname, email, phone, password } = body;
        let form = UserForm { username, uid, nickname, email, phone, password: password.map(Secret::new) };
        let made = api.administration.users.create(caller, form).await?;
        Ok(MadeUser { uid: made.uid.0, username: made.username.to_string(), aid: made.aid })
    })
    .await
}

/// All that is known of a user
///
/// Its account, roles, sessions, devices and relations, without any secret. Scope `users`.
#[utoipa::path(get, path = "/admin/v1/users/{user}", params(("user" = String, Path, description = "Its number or its username.")), responses((status = 200, body = UserDetailInfo)))]
pub(crate) async fn admin_show_user(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let detail = api.administration.users.show(caller, &part(&request, "user")).await?;
        Ok(UserDetailInfo::of(&detail))
    })
    .await
}

/// Why a user is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeleteAsked {
    /// Written down with it.
    reason: Option<String>,
}

/// Delete a user
///
/// This can't be undone. Its messages stay, its name and number stay taken. Scope `users.delete`.
#[utoipa::path(delete, path = "/admin/v1/users/{user}", params(("user" = String, Path, description = "Its number or its username."), DeleteAsked), responses((status = 200, body = Done)))]
pub(crate) async fn admin_delete_user(api: web::Data<ConsoleApi>, request: HttpRequest) -> HttpResponse {
    answered(&api, &request, async |caller| {
        let asked: DeleteAsked = query(&request)?;
        let reason = asked.reason.unwrap_or_default();
        api.administration.users.delete(caller, &part(&request, "user"), &reason).await?;
        Ok(DONE)
    })
    .await
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminPassword, example = json!({"password": "correct horse"}))]
struct PasswordBody {
    /// At least 8 characters.
    password: String,
}

/// Give the account of a user a new password
///
/// Its sessions end; `count` says how many there were. Scope `users.sessions`.
#[utoipa::path(post, path = "/admin/v1/users/{user}/password", params(("user" = String, Path, description = "Its number or its username.")), request_body = PasswordBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_set_user_password(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: PasswordBody| {
        let (user, password) = (part(&request, "user"), Secret::new(body.password));
        api.administration.users.set_password(caller, &user, &password).await.map(Done::counted)
    })
    .await
}

/// Which sessions end.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminRevoke, example = json!({"platform": 5}))]
struct RevokeBody {
    /// Only those of this platform, 1 to 13; all if it is not given.
    platform: Option<i64>,
}

/// End sessions of a user
///
/// `count` says how many there were. Scope `users.sessions`.
#[utoipa::path(post, path = "/admin/v1/users/{user}/sessions/revoke", params(("user" = String, Path, description = "Its number or its username.")), request_body = RevokeBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_revoke_sessions(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RevokeBody| {
        let user = part(&request, "user");
        api.administration.users.revoke_sessions(caller, &user, body.platform).await.map(Done::counted)
    })
    .await
}

/// What a user is kept from.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = AdminRestriction)]
pub(crate) enum Restrict {
    /// It can't send, and nobody can write to it.
    Disable,
    /// It can again.
    Enable,
    /// It can't send for so many minutes.
    Ban,
    /// The ban is lifted.
    Unban,
    /// It can't send until that is lifted.
    Mute,
    /// It can again.
    Unmute,
}

impl Restrict {
    /// What is to be done, a ban for so many minutes.
    pub(crate) fn deed(self, minutes: Option<i64>) -> Result<UserDeed, AdminError> {
        Ok(match self {
            Self::Disable => UserDeed::Disable,
            Self::Enable => UserDeed::Enable,
            Self::Ban => UserDeed::Ban(
                minutes.ok_or_else(|| AdminError::invalid("say for how many minutes the user is banned"))?,
            ),
            Self::Unban => UserDeed::Unban,
            Self::Mute => UserDeed::Mute,
            Self::Unmute => UserDeed::Unmute,
        })
    }
}

/// What becomes of a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AdminRestrict, example = json!({"action": "ban", "minutes": 60, "reason": "spam"}))]
struct RestrictBody {
    /// What is done.
    action: Restrict,
    /// For how many minutes it is banned.
    minutes: Option<i64>,
    /// Written down with it.
    reason: Option<String>,
}

/// Ban, mute or disable a user, or take that back
///
/// Scope `users.restrict`.
#[utoipa::path(post, path = "/admin/v1/users/{user}/restrict", params(("user" = String, Path, description = "Its number or its username.")), request_body = RestrictBody, responses((status = 200, body = Done)))]
pub(crate) async fn admin_restrict_user(
    api: web::Data<ConsoleApi>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    answered_with(&api, &request, payload, async |caller, body: RestrictBody| {
        let (user, reason) = (part(&request, "user"), body.reason.unwrap_or_default());
        let deed = body.action.deed(body.minutes)?;
        api.administration.users.restrict(caller, &user, deed, &reason).await?;
        Ok(DONE)
    })
    .await
}
