//! What every endpoint of this dialect begins and ends with: who calls, in which language, and the refusal if it is none
//! of the answers.

use std::future::Future;
use std::sync::Arc;

use actix_web::http::header::{AcceptLanguage, Header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;
use sixin_application::access::authenticate_user::{Caller, UserCredentials, Visitor};
use sixin_application::files::links::FileLinks;
use sixin_application::users::profiles::Viewer;
use sixin_domain::access::session::Login;
use sixin_domain::file::StoredFile;
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_web::HttpLimits;
use sixin_web::answer::reply::note_app_key;
use sixin_web::files::address::{link, origin};
use sixin_web::request::body;
use sixin_web::request::parameters::read;

use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::headers::{credentials, lang_tag};
use crate::messages::{Language, Languages};
use crate::parameters::Parameters;
use crate::responses;
use crate::site::status::AVATAR;
use crate::time_format::TimeFormat;
use crate::v3;

/// How an answer is written for a caller.
#[derive(Clone)]
pub(crate) struct Locale {
    /// The settings in force.
    pub(crate) settings: Arc<Settings>,
    /// How times are written.
    pub(crate) times: TimeFormat,
    /// The languages of messages.
    pub(crate) language: Languages,
    /// The tag of the site's language that is spoken, for what is told in one.
    pub(crate) tag: String,
    /// The time.
    pub(crate) now: Millis,
    /// Where this server is, as far as the caller knows: what links begin with.
    pub(crate) origin: String,
    pub(crate) links: Arc<FileLinks>,
}

impl Locale {
    /// The address of a file that is kept here, in one of its sizes or as it was uploaded.
    pub(crate) fn link(&self, file: &StoredFile, size: Option<ThumbnailSize>) -> String {
        link(file, size, &self.settings, &self.origin, &self.links)
    }
}

impl Locale {
    /// The picture of a setting, else the one that is built in.
    pub(crate) fn avatar(&self, setting: &str) -> String {
        match self.settings.text(setting) {
            "" => format!("{}{AVATAR}", self.origin),
            address => address.to_owned(),
        }
    }
}

/// A user who was let in.
pub(crate) struct Visit {
    pub(crate) caller: Caller,
    pub(crate) locale: Locale,
    /// The platform the request came from.
    pub(crate) platform: i64,
}

impl Visit {
    /// The user, as somebody who looks at others.
    pub(crate) fn viewer(&self) -> Viewer {
        Viewer { user: self.caller.user.clone(), settings: Arc::clone(&self.caller.settings) }
    }
}

/// Lets the user of a request in.
pub(crate) async fn visit(request: &HttpRequest, api: &FresnsApi) -> Result<Visit, Failure> {
    let credentials = credentials(request)?;
    note_app_key(request, &credentials.app_id);
    let caller = api.authenticate_user.authenticate(&credentials).await?;
    Ok(visit_of(request, &credentials, caller, api))
}

/// The user behind a send: what it uses up if its key is strict is written with the message.
pub(crate) async fn sender(request: &HttpRequest, api: &FresnsApi) -> Result<Visit, Failure> {
    let credentials = credentials(request)?;
    note_app_key(request, &credentials.app_id);
    let caller = api.authenticate_user.identify(&credentials).await?;
    Ok(visit_of(request, &credentials, caller, api))
}

fn visit_of(request: &HttpRequest, credentials: &UserCredentials, caller: Caller, api: &FresnsApi) -> Visit {
    let timezone = caller.user.profile.timezone.as_deref();
    let locale = locale(request, credentials.asks(), (&caller.settings, timezone), api);
    Visit { caller, locale, platform: credentials.platform }
}

/// Lets whoever makes a request in, if it has that login, where not only users may come in.
pub(crate) async fn enter(
    request: &HttpRequest,
    api: &FresnsApi,
    need: Login,
) -> Result<(Visitor, Locale), Failure> {
    let credentials = credentials(request)?;
    note_app_key(request, &credentials.app_id);
    let visitor = api.authenticate_user.admit(&credentials, need).await?;
    let timezone = visitor.user.as_ref().and_then(|user| user.profile.timezone.as_deref());
    let locale = locale(request, credentials.asks(), (&visitor.settings, timezone), api);
    Ok((visitor, locale))
}

/// What the query string asks for.
pub(crate) fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Failure> {
    read(&Parameters::of_query(request.query_string()))
}

/// How many bytes of JSON a byte of text may take: `\u0041`.
const ESCAPED: usize = 6;
/// What the other parameters and white space may take.
const OTHERS: usize = 64 * 1024;

/// What the body asks for. It may be as long as the longest text makes it, since some may be sent by anybody.
pub(crate) async fn body<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: web::Payload,
    api: &FresnsApi,
) -> Result<T, Failure> {
    let limit = api.limits.text_bytes.saturating_mul(ESCAPED).saturating_add(OTHERS);
    let limits = HttpLimits { body_bytes: api.http.body_bytes.min(limit), ..api.http.clone() };
    read(&Parameters::of_body(&body::read(request, payload, &limits).await?)?)
}

/// What the work answers, or its refusal in the caller's language.
pub(crate) async fn answered(
    request: &HttpRequest,
    api: &FresnsApi,
    work: impl Future<Output = Result<HttpResponse, Failure>>,
) -> HttpResponse {
    match work.await {
        Ok(answer) => answer,
        Err(failure) if v3::is_third(request) => {
            responses::refused(failure.renumbered(), language_of_refusal(request, api).await)
        }
        Err(failure) => responses::refused(failure, language_of_refusal(request, api).await),
    }
}

/// How answers to a request are written; the language and the time zone are those of its headers, if any.
pub(crate) fn locale(
    request: &HttpRequest,
    (lang_tag, timezone): (Option<&str>, Option<&str>),
    (settings, user_timezone): (&Arc<Settings>, Option<&str>),
    api: &FresnsApi,
) -> Locale {
    let asked = asked(request, lang_tag, settings);
    let asked = asked.as_deref();
    let spoken = asked.and_then(|tag| settings.language(tag)).or_else(|| settings.default_language());
    Locale {
        settings: Arc::clone(settings),
        times: TimeFormat::of(settings, asked, timezone, user_timezone),
        language: Languages::of(asked, site_language(settings)),
        tag: spoken.map(|language| language.tag.clone()).unwrap_or_default(),
        now: api.clock.now(),
        origin: origin(request, settings),
        links: Arc::clone(&api.file_links),
    }
}

/// The language the caller asks for, if any: that of the header, else, on a site whose language nobody chose, the first
/// one of its browser that the site has.
fn asked(request: &HttpRequest, tag: Option<&str>, settings: &Settings) -> Option<String> {
    if tag.is_some() || settings.has_chosen_language() {
        return tag.map(str::to_owned);
    }
    let preferred = AcceptLanguage::parse(request).ok()?.ranked();
    let mut tags = preferred.into_iter().map(|preferred| preferred.to_string());
    tags.find(|tag| settings.language(tag).is_some())
}

/// The languages in which somebody is refused: those of any other answer.
pub(crate) async fn language_of_refusal(request: &HttpRequest, api: &FresnsApi) -> Languages {
    let tag = lang_tag(request);
    // A refusal is due already; that the settings can't be read either only costs it its language.
    match api.settings.settings().await {
        Ok(settings) => Languages::of(asked(request, tag, &settings).as_deref(), site_language(&settings)),
        Err(_) => Languages::of(tag, Language::English),
    }
}

fn site_language(settings: &Settings) -> Language {
    Language::of_tag(settings.text("default_language")).unwrap_or(Language::English)
}
