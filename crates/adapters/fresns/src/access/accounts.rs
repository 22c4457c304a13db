//! Signing in and out (docs/wire/fresns.md#sign-in).

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sixin_application::access::authenticate_user::{CallerRefusal, Visitor, hash_token};
use sixin_application::access::ports::Contact;
use sixin_application::access::sign_in::{Origin, SignInError};
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::live_ticket::{LivePass, LiveProof};
use sixin_domain::access::session::{Login, SessionRefusal};
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::push::{DeviceSpec, PushPlatform, PushToken};
use sixin_domain::sending::limits::PASSWORD_BYTES;
use sixin_domain::user::User;
use sixin_domain::user::contact::{Email, Phone};
use sixin_domain::user::username::UserRef;
use sixin_web::documented;
use sixin_web::request::client_address::client_address;
use utoipa::{OpenApi, ToSchema};

use crate::access::account_info::AccountInfo;
use crate::admission::{Locale, answered, body, enter};
use crate::api::FresnsApi;
use crate::codes::{
    CODE_WRONG, Failure, MALFORMED, MISSING, NO_REGISTRATION, PASSWORD_MISSING, USER_UNKNOWN,
};
use crate::headers::lang_tag;
use crate::responses::{done, done_without_data};
use crate::routes::{ACCOUNT, AUTH, LOGIN, LOGOUT, REGISTER};
use crate::users::user_info::UserInfo;
use crate::users::user_view::Subject;
use crate::values::TextOrNumber;

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

/// What this subject has in the document.
#[derive(OpenApi)]
#[openapi(paths(sign_in, show_account, sign_out, register, choose_user))]
pub(crate) struct Described;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsSignInBody)]
struct SignInBody {
    #[serde(rename = "type")]
    kind: ContactKind,
    /// The e-mail address, or the telephone number without the code of its country.
    account: TextOrNumber,
    /// The code of the country, with type `phone`.
    country_code: Option<TextOrNumber>,
    /// The password in Base64.
    password: Option<Password>,
    /// No codes are sent here, so none is right.
    verify_code: Option<String>,
}

/// By what an account is found.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FresnsContactKind)]
pub(crate) enum ContactKind {
    Email,
    Phone,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsChooseUserBody, example = json!({"uidOrUsername": "user2"}))]
struct ChooseUserBody {
    /// The number or the name of a user of the account.
    uid_or_username: TextOrNumber,
    /// The password of the user in Base64, if it has one (`hasPassword`).
    password: Option<Password>,
    /// By what the operator's gateway wakes the device (docs/push.md#devices).
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    device_token: Value,
}

/// A password, which comes in Base64. One that nobody can have is not looked at.
pub(crate) struct Password(pub(crate) Secret);

documented!(Password, json!({"type": "string", "examples": ["Y29ycmVjdCBob3JzZQ=="]}));

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let malformed = || D::Error::custom("must be a password in Base64");
        let bytes = BASE64.decode(String::deserialize(deserializer)?).map_err(|_| malformed())?;
        let password = String::from_utf8(bytes).map_err(|_| malformed())?;
        let fits = !password.is_empty() && password.len() <= PASSWORD_BYTES && !password.contains('\0');
        if fits { Ok(Self(Secret::new(password))) } else { Err(malformed()) }
    }
}

/// Sign in to an account
///
/// The token that is answered opens the account on the platform of the app key; a former one there ends. Code 34304 stands for a
/// wrong password and for an account that does not exist. After five failures within an hour from one address at one account the code
/// is 34306, and also after 30 of one address or 600 of all within a minute.
#[utoipa::path(post, path = LOGIN, request_body(content = SignInBody, examples(("email" = (value = json!({"type": "email", "account": "ann@example.org", "password": "Y29ycmVjdCBob3JzZQ=="}))), ("phone" = (value = json!({"type": "phone", "countryCode": "49", "account": "15112345678", "password": "Y29ycmVjdCBob3JzZQ=="}))))), responses((status = 200, body = SignedIn)))]
pub(crate) async fn sign_in(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let (visitor, locale) = enter(&request, &api, Login::Nobody).await?;
        let body: SignInBody = body(&request, payload, &api).await?;
        let contact = contact(body.kind, &body.account, body.country_code.as_ref())?;
        let password = match body.password {
            Some(Password(password)) => password,
            // No codes are sent here, so none is the right one.
            None if body.verify_code.is_some() => return Err(Failure::new(CODE_WRONG)),
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

/// Show the account that is signed in
///
/// With its users; address and number are masked.
#[utoipa::path(get, path = ACCOUNT, security(("account" = [])), responses((status = 200, body = AccountDetail)))]
pub(crate) async fn show_account(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let (_, account, locale) = enter_account(&request, &api).await?;
        let view = api.sign_in.account(account).await?;
        let detail = AccountDetail { items: Items::default(), detail: AccountInfo::of(&view, &locale) };
        Ok(done(detail, locale.language))
    })
    .await
}

/// Sign out
///
/// Ends the session of the account on this platform, and with `uid` that of the user too.
#[utoipa::path(delete, path = LOGOUT, security(("account" = [])), responses((status = 200)))]
pub(crate) async fn sign_out(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        let locale = signed_out(&request, &api).await?;
        Ok(done_without_data(locale.language))
    })
    .await
}

/// Ends the sessions that a request shows.
pub(crate) async fn signed_out(request: &HttpRequest, api: &FresnsApi) -> Result<Locale, Failure> {
    let (visitor, account, locale) = enter_account(request, api).await?;
    let user = visitor.user.map(|user| user.id);
    told("account/logout", api.sign_in.out(account, user, visitor.platform).await)?;
    Ok(locale)
}

/// Refuse to register
///
/// Accounts are made by the operator: the code is always 34201.
#[utoipa::path(post, path = REGISTER, responses((status = 200)))]
pub(crate) async fn register(request: HttpRequest, api: web::Data<FresnsApi>) -> HttpResponse {
    answered(&request, &api, async {
        enter(&request, &api, Login::Nobody).await?;
        Err(Failure::new(NO_REGISTRATION))
    })
    .await
}

/// Sign in to a user of the account
///
/// Takes the token of the account, without `uid`: the session of a user opens no other user. The token that is answered is the
/// user's on the platform of the app key; a former one there ends.
#[utoipa::path(post, path = AUTH, security(("account" = [])), request_body = ChooseUserBody, responses((status = 200, body = SignedInUser)))]
pub(crate) async fn choose_user(
    request: HttpRequest,
    payload: web::Payload,
    api: web::Data<FresnsApi>,
) -> HttpResponse {
    answered(&request, &api, async {
        let chosen = chosen(&request, payload, &api, |body: ChooseUserBody| {
            (body.uid_or_username, body.password, body.device_token)
        });
        let Chosen { token, aid, user, detail, locale } = chosen.await?;
        let session_token = SessionToken::of(&token, &aid, Some(&user));
        Ok(done(SignedInUser { session_token, detail }, locale.language))
    })
    .await
}

/// A user who was signed in from its account.
pub(crate) struct Chosen {
    /// The token of its session.
    pub(crate) token: Secret,
    /// The account.
    pub(crate) aid: String,
    pub(crate) user: Arc<User>,
    /// How it sees itself.
    pub(crate) detail: UserInfo,
    pub(crate) locale: Locale,
}

/// Signs in to the user of an account whom a body names: who, with which password, on which device.
pub(crate) async fn chosen<B: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &FresnsApi,
    of: fn(B) -> (TextOrNumber, Option<Password>, Value),
) -> Result<Chosen, Failure> {
    let (visitor, account, locale) = enter_account(request, api).await?;
    // That session is alive and only not enough, and clients throw theirs away when they are told that one is unknown.
    if !visitor.has_account_session {
        return Err(CallerRefusal::from(SessionRefusal::AccountMissing).into());
    }
    let (which, password, device_token) = of(body(request, payload, api).await?);
    let password = password.map(|password| password.0);
    let which = UserRef::parse(&which.0).map_err(|_| Failure::new(USER_UNKNOWN))?;
    let from = origin(request, api, &visitor);
    let (token, user) = told("user/auth", api.sign_in.to_user(account, &which, password, from).await)?;
    let roles = api.roles.of(user.id).await?;
    let role_book = api.roles.book().await?;
    let detail =
        Subject { user: &user, roles: &roles, role_book: &role_book, locale: &locale }.seen_by_itself();
    // Whoever has a session of an account has named it.
    let aid = visitor.aid.unwrap_or_default();
    keep_device(request, api, (user.id, &aid, &token, visitor.platform), &device_token).await;
    Ok(Chosen { token, aid, user, detail, locale })
}

/// Keeps the device of somebody who has signed in, if it was told. What its token is for only a gateway knows: so the original
/// leaves it to its plugins. Nobody is kept out because of it.
pub(crate) async fn keep_device(
    request: &HttpRequest,
    api: &FresnsApi,
    (user, aid, session, platform): (UserId, &str, &Secret, i64),
    device_token: &Value,
) {
    let Some(token) = device_token.as_str().filter(|token| !token.is_empty()) else { return };
    let token_hash = hash_token(session.reveal());
    let proof = LiveProof::Session { aid: aid.to_owned(), token: token_hash, platform };
    let pass = LivePass { user, proof };
    let spec = DeviceSpec {
        platform: PushPlatform::Other,
        token: PushToken::kept(token.to_owned()),
        keys: None,
        app: String::new(),
        language: lang_tag(request).unwrap_or_default().to_owned(),
        hides_text: false,
    };
    if let Err(error) = api.devices.register(&pass, spec).await {
        tracing::warn!(%error, "the device of somebody who has signed in could not be kept");
    }
}

/// Lets whoever is signed in to an account in.
pub(crate) async fn enter_account(
    request: &HttpRequest,
    api: &FresnsApi,
) -> Result<(Visitor, AccountId, Locale), Failure> {
    let (visitor, locale) = enter(request, api, Login::Account).await?;
    let account = visitor.account.ok_or(CallerRefusal::from(SessionRefusal::AccountMissing))?;
    Ok((visitor, account, locale))
}

pub(crate) fn origin(request: &HttpRequest, api: &FresnsApi, visitor: &Visitor) -> Origin {
    let address = client_address(request, &api.http.trusted_proxies);
    Origin { address, platform: visitor.platform }
}

/// What came of it, also for the log: one line, in which nobody is named.
pub(crate) fn told<T>(what: &'static str, result: Result<T, SignInError>) -> Result<T, Failure> {
    match &result {
        Ok(_) => tracing::info!(outcome = "done", what),
        // Logged with its cause where it is answered.
        Err(SignInError::Store(_)) => {}
        Err(error) => tracing::info!(outcome = %error, what),
    }
    Ok(result?)
}

/// By what the account is found.
pub(crate) fn contact(
    kind: ContactKind,
    account: &TextOrNumber,
    country_code: Option<&TextOrNumber>,
) -> Result<Contact, Failure> {
    let malformed = Failure::of(MALFORMED, "account");
    match kind {
        ContactKind::Email => Email::parse(&account.0).map(Contact::Email).ok_or(malformed),
        ContactKind::Phone => {
            let code = country_code.ok_or(Failure::of(MISSING, "countryCode"))?;
            let code = code.0.strip_prefix('+').unwrap_or(&code.0);
            Phone::of(code, &account.0).map(Contact::Phone).ok_or(malformed)
        }
    }
}
