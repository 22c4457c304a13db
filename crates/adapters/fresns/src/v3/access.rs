//! Signing in and out in 3.x (docs/wire/fresns3.md#sign-in).

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sixin_application::access::login_tokens::{LoginOffer, LoginTokenRequest, SignedInBoth};
use sixin_domain::access::session::Login;
use sixin_domain::user::username::UserRef;
use utoipa::{OpenApi, ToSchema};

use crate::access::account_info::AccountInfo;
use crate::access::accounts::{
    Chosen, ContactKind, Items, Password, chosen, contact, enter_account, keep_device, origin, signed_out,
    told,
};
use crate::admission::{answered, body, enter};
use crate::api::FresnsApi;
use crate::codes::{Failure, USER_UNKNOWN};
use crate::headers::account_token;
use crate::responses::{done, done_without_data};
use crate::v3::account::{Account, AuthToken};
use crate::v3::routes::{ACCOUNT, ACCOUNT_TOKEN, LOGIN_TOKEN, USER_TOKEN};
use crate::v3::user::User;
use crate::values::TextOrNumber;

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(make_login_token_v3, sign_in_v3, sign_out_v3, show_account_v3, choose_user_v3))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3LoginTokenBody)]
struct LoginTokenBody {
    #[serde(rename = "type")]
    kind: ContactKind,
    /// The e-mail address, or the telephone number without the code of its country.
    account: TextOrNumber,
    /// The code of the country, with type `phone`.
    country_code: Option<TextOrNumber>,
    /// The password in Base64.
    password: Password,
    /// Which user, of an account that has several.
    uid_or_username: Option<TextOrNumber>,
    /// The password of the user in Base64, if it has one (`hasPin`).
    pin: Option<Password>,
}

/// A login token, or whom to choose from first.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3LoginToken)]
pub(crate) struct LoginToken {
    /// Works once, for five minutes, for the app key that asked. Null where one of several users has to be named.
    #[schema(required = true)]
    login_token: Option<String>,
    /// The users to choose from; empty beside a token.
    users: Vec<User>,
}

/// Make a login token
///
/// For pages that ask for a password on behalf of an app: the sign-in page of this server calls it, and clients of Fresns do not.
/// The token is redeemed at `account/auth-token`. Failures are counted as those of any sign-in: code 34306 after five within an hour
/// from one address at one account.
#[utoipa::path(post, path = LOGIN_TOKEN, request_body(content = LoginTokenBody, examples(("email" = (value = json!({"type": "email", "account": "ann@example.org", "password": "Y29ycmVjdCBob3JzZQ=="}))))), responses((status = 200, body = LoginToken)))]
pub(crate) async fn make_login_token_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::Nobody).await?;
        let body: LoginTokenBody = body(&request, payload, &api).await?;
        let user = body.uid_or_username.map(|name| UserRef::parse(&name.0));
        let wanted = LoginTokenRequest {
            contact: contact(body.kind, &body.account, body.country_code.as_ref())?,
            password: body.password.0,
            user: user.transpose().map_err(|_| Failure::new(USER_UNKNOWN))?,
            pin: body.pin.map(|pin| pin.0),
            app_key: visitor.app_key,
        };
        let offer = api.login_tokens.offer(wanted, origin(&request, &api, &visitor)).await;
        let token = match told("account/login-token", offer)? {
            LoginOffer::Token(token) => {
                LoginToken { login_token: Some(token.reveal().to_owned()), users: Vec::new() }
            }
            LoginOffer::Choose(view) => {
                LoginToken { login_token: None, users: Account::from(AccountInfo::of(&view, &locale)).users }
            }
        };
        Ok(done(token, locale.language))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3SignInBody, example = json!({"loginToken": "1.1.4.1715351100.Xc3Vb5Nm7Qw9Er1T.0f..."}))]
struct SignInBody {
    /// What the sign-in page handed over.
    login_token: String,
    /// By what the operator's gateway wakes the device (docs/push.md#devices).
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    device_token: Value,
}

/// Somebody who has signed in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3SignedIn)]
pub(crate) struct SignedIn {
    auth_token: AuthToken,
    items: Items,
    detail: Account,
}

/// Sign in with a login token
///
/// The answer holds the tokens of the account and of its user on the platform of the app key; former ones there end. A login token that
/// is not known is 31506, one that has ended or was used is 31507.
#[utoipa::path(post, path = ACCOUNT_TOKEN, request_body = SignInBody, responses((status = 200, body = SignedIn)))]
pub(crate) async fn sign_in_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::Nobody).await?;
        let SignInBody { login_token, device_token } = body(&request, payload, &api).await?;
        let (app_key, platform) = (visitor.app_key, visitor.platform);
        let redeemed = api.login_tokens.redeem(&login_token, app_key, platform).await;
        let SignedInBoth { account_token, account, user_token, user } = told("account/auth-token", redeemed)?;
        let aid = account.account.aid.as_str();
        keep_device(&request, &api, (user.id, aid, &user_token, platform), &device_token).await;
        let signed_in = SignedIn {
            auth_token: AuthToken::of((aid, account_token.reveal()), (user.uid.0, &user_token)),
            items: Items::default(),
            detail: AccountInfo::of(&account, &locale).into(),
        };
        Ok(done(signed_in, locale.language))
    })
    .await
}

/// Sign out
///
/// Ends the sessions of the account and the user on this platform.
#[utoipa::path(delete, path = ACCOUNT_TOKEN, security(("account" = [])), responses((status = 200)))]
pub(crate) async fn sign_out_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let locale = signed_out(&request, &api).await?;
        Ok(done_without_data(locale.language))
    })
    .await
}

/// Whoever is signed in to an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Fresns3AccountDetail)]
pub(crate) struct AccountDetail {
    items: Items,
    detail: Account,
}

/// Show the account that is signed in
///
/// With its users.
#[utoipa::path(get, path = ACCOUNT, security(("account" = [])), responses((status = 200, body = AccountDetail)))]
pub(crate) async fn show_account_v3(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, account, locale) = enter_account(&request, &api).await?;
        let view = api.sign_in.account(account).await?;
        let detail = AccountInfo::of(&view, &locale).into();
        Ok(done(AccountDetail { items: Items::default(), detail }, locale.language))
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ChooseUserBody, example = json!({"uidOrUsername": "user2"}))]
struct ChooseUserBody {
    /// The number or the name of a user of the account.
    uid_or_username: TextOrNumber,
    /// The password of the user in Base64, if it has one (`hasPin`).
    pin: Option<Password>,
    /// By what the operator's gateway wakes the device (docs/push.md#devices).
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    device_token: Value,
}

/// Somebody who has switched to a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3ChosenUser)]
pub(crate) struct ChosenUser {
    auth_token: AuthToken,
    detail: User,
}

/// Switch to a user of the account
///
/// The token that is answered is the user's on the platform of the app key; a former one there ends.
#[utoipa::path(post, path = USER_TOKEN, security(("account" = [])), request_body = ChooseUserBody, responses((status = 200, body = ChosenUser)))]
pub(crate) async fn choose_user_v3(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let chosen = chosen(&request, payload, &api, |body: ChooseUserBody| {
            (body.uid_or_username, body.pin, body.device_token)
        });
        let Chosen { token, aid, user, detail, locale } = chosen.await?;
        // The account's own token stays what it is; clients read it here all the same.
        let account_token = account_token(&request).unwrap_or_default();
        let auth_token = AuthToken::of((&aid, account_token), (user.uid.0, &token));
        Ok(done(ChosenUser { auth_token, detail: detail.into() }, locale.language))
    })
    .await
}
