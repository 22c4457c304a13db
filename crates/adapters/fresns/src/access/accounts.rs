//! Signing in and out (docs/wire/fresns.md#sign-in).

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Serialize;
use serde_json::Value;
use sixin_application::access::authenticate_user::{CallerRefusal, Visitor};
use sixin_application::access::ports::Contact;
use sixin_application::access::sign_in::{Origin, SignInError};
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::session::{Login, SessionRefusal};
use sixin_domain::id::AccountId;
use sixin_domain::sending::limits::PASSWORD_BYTES;
use sixin_domain::user::User;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::UserRef;
use sixin_web::request::client_address::client_address;
use utoipa::ToSchema;

use crate::access::account_info::AccountInfo;
use crate::admission::{Locale, answered, body, enter};
use crate::api::FresnsApi;
use crate::codes::{
    CODE_WRONG, Failure, MALFORMED, MISSING, NO_REGISTRATION, NOT_ALLOWED, PASSWORD_MISSING, USER_UNKNOWN,
};
use crate::parameters::Parameters;
use crate::responses::{done, done_without_data};
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;

/// Passwords come with padding and without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A token, whose it is, and when it ends: null means never.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsSessionToken)]
pub(crate) struct SessionToken {
    /// The account.
    aid: String,
    /// The user; null for a token of the account.
    #[schema(required = true, minimum = 1, maximum = 9_007_199_254_740_991_i64)]
    uid: Option<i64>,
    token: String,
    #[schema(required = true)]
    expired_hours: Option<i64>,
    #[schema(required = true)]
    expired_days: Option<i64>,
    #[schema(required = true)]
    expired_time: Option<String>,
    /// The same in the name that clients of 2.x read.
    #[schema(required = true)]
    expired_date_time: Option<String>,
}

impl SessionToken {
    /// Tokens that are made here never end.
    fn of(token: &Secret, aid: &str, user: Option<&User>) -> Self {
        Self {
            aid: aid.to_owned(),
            uid: user.map(|user| user.uid.0),
            token: token.reveal().to_owned(),
            expired_hours: None,
            expired_days: None,
            expired_time: None,
            expired_date_time: None,
        }
    }
}

/// Things to choose from; always empty.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsAccountItems)]
pub(crate) struct Items {
    #[schema(value_type = Vec<Object>)]
    wallet_recharges: Vec<Value>,
    #[schema(value_type = Vec<Object>)]
    wallet_withdraws: Vec<Value>,
}

/// Somebody who has signed in to an account.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsSignedIn)]
pub(crate) struct SignedIn {
    session_token: SessionToken,
    items: Items,
    detail: AccountInfo,
}

/// Whoever is signed in to an account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FresnsAccountDetail)]
pub(crate) struct AccountDetail {
    items: Items,
    detail: AccountInfo,
}

/// Somebody who has signed in to a user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsSignedInUser)]
pub(crate) struct SignedInUser {
    session_token: SessionToken,
    detail: UserInfo,
}

/// `POST /api/v2/account/login`.
pub(crate) async fn login(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::Nobody).await?;
        let parameters = body(&request, payload, &api).await?;
        let contact = contact(&parameters)?;
        let password = match password(&parameters)? {
            Some(password) => password,
            // No codes are sent here, so none is the right one.
            None if parameters.text("verifyCode")?.is_some() => return Err(Failure::new(CODE_WRONG)),
            None => return Err(Failure::new(PASSWORD_MISSING)),
        };
        let signed_in = api.sign_in.to_account(&contact, &password, origin(&request, &api, &visitor)).await;
        let (token, view) = told("account/login", signed_in)?;
        let detail = AccountInfo::of(&view, &locale);
        let session_token = SessionToken::of(&token, &view.account.aid, None);
        let signed_in = SignedIn { session_token, items: Items::default(), detail };
        Ok(done(signed_in, locale.language))
    })
    .await
}

/// `GET /api/v2/account/detail`.
pub(crate) async fn detail(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, account, locale) = enter_account(&request, &api).await?;
        let view = api.sign_in.account(account).await?;
        let detail = AccountDetail { items: Items::default(), detail: AccountInfo::of(&view, &locale) };
        Ok(done(detail, locale.language))
    })
    .await
}

/// `DELETE /api/v2/account/logout`.
pub(crate) async fn logout(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, account, locale) = enter_account(&request, &api).await?;
        let user = visitor.user.map(|user| user.id);
        told("account/logout", api.sign_in.out(account, user, visitor.platform).await)?;
        Ok(done_without_data(locale.language))
    })
    .await
}

/// `POST /api/v2/account/register`: accounts are made by the operator.
pub(crate) async fn register(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        enter(&request, &api, Login::Nobody).await?;
        Err(Failure::new(NO_REGISTRATION))
    })
    .await
}

/// `POST /api/v2/user/auth`. The session of a user opens no other user.
pub(crate) async fn auth(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, account, locale) = enter_account(&request, &api).await?;
        // That session is alive and only not enough, and clients throw theirs away when they are told that one is unknown.
        if !visitor.has_account_session {
            return Err(CallerRefusal::from(SessionRefusal::AccountMissing).into());
        }
        let parameters = body(&request, payload, &api).await?;
        let which = parameters.text_or_number("uidOrUsername")?;
        let which = which.ok_or(Failure::of(MISSING, "uidOrUsername"))?;
        let password = password(&parameters)?;
        let which = UserRef::parse(&which).map_err(|_| Failure::new(USER_UNKNOWN))?;
        let from = origin(&request, &api, &visitor);
        let (token, user) = told("user/auth", api.sign_in.to_user(account, &which, password, from).await)?;
        let roles = api.roles.of(user.id).await?;
        let role_book = api.roles.book().await?;
        let subject = Subject { user: &user, roles: &roles, role_book: &role_book, locale: &locale };
        // Whoever has a session of an account has named it.
        let aid = visitor.aid.as_deref().unwrap_or_default();
        let session_token = SessionToken::of(&token, aid, Some(&user));
        let signed_in = SignedInUser { session_token, detail: subject.seen_by_itself() };
        Ok(done(signed_in, locale.language))
    })
    .await
}

/// Lets whoever is signed in to an account in.
async fn enter_account(
    request: &HttpRequest,
    api: &FresnsApi,
) -> Result<(Visitor, AccountId, Locale), Failure> {
    let (visitor, locale) = enter(request, api, Login::Account).await?;
    let account = visitor.account.ok_or(CallerRefusal::from(SessionRefusal::AccountMissing))?;
    Ok((visitor, account, locale))
}

fn origin(request: &HttpRequest, api: &FresnsApi, visitor: &Visitor) -> Origin {
    let address = client_address(request, &api.http.trusted_proxies);
    Origin { address, platform: visitor.platform }
}

/// What came of it, also for the log: one line, in which nobody is named.
fn told<T>(what: &'static str, result: Result<T, SignInError>) -> Result<T, Failure> {
    match &result {
        Ok(_) => tracing::info!(outcome = "done", what),
        // Logged with its cause where it is answered.
        Err(SignInError::Store(_)) => {}
        Err(error) => tracing::info!(outcome = %error, what),
    }
    Ok(result?)
}

/// By what the account is found.
fn contact(parameters: &Parameters) -> Result<Contact, Failure> {
    let kind = parameters.needed("type")?;
    let account = parameters.text_or_number("account")?.ok_or(Failure::of(MISSING, "account"))?;
    let malformed = Failure::of(MALFORMED, "account");
    match kind {
        "email" => Email::parse(&account).map(Contact::Email).ok_or(malformed),
        "phone" => {
            let code =
                parameters.text_or_number("countryCode")?.ok_or(Failure::of(MISSING, "countryCode"))?;
            let code = code.strip_prefix('+').unwrap_or(&code);
            Phone::of(code, &account).map(Contact::Phone).ok_or(malformed)
        }
        _ => Err(Failure::of(NOT_ALLOWED, "type")),
    }
}

/// The password, which comes in Base64. One that nobody can have is not looked at.
fn password(parameters: &Parameters) -> Result<Option<Secret>, Failure> {
    let Some(text) = parameters.text("password")? else { return Ok(None) };
    let malformed = || Failure::of(MALFORMED, "password");
    let bytes = BASE64.decode(text).map_err(|_| malformed())?;
    let password = String::from_utf8(bytes).map_err(|_| malformed())?;
    let fits = !password.is_empty() && password.len() <= PASSWORD_BYTES && !password.contains('\0');
    if fits { Ok(Some(Secret::new(password))) } else { Err(malformed()) }
}
