//! The endpoint of this dialect.

use actix_web::{HttpRequest, HttpResponse, web};
use sixin_application::authenticate_user::{CallerRefusal, UserCredentials};
use sixin_application::outbox::SendError;
use sixin_application::send_message::SendRequest;
use sixin_domain::settings::Settings;

use super::codes::Failure;
use super::headers::credentials;
use super::messages::Language;
use super::requests::SendBody;
use super::responses::{self, Locale};
use super::time_format::TimeFormat;
use crate::api::Api;
use crate::plumbing::reply::{header_text, note_app_key};
use crate::plumbing::{body, idempotency};

/// Where a user sends (Fresns seed).
pub(crate) const SEND: &str = "/api/v2/conversation/send-message";

/// `POST /api/v2/conversation/send-message`: first who calls, then what it wants, then whether it may.
pub(crate) async fn send(request: HttpRequest, payload: web::Payload, api: web::Data<Api>) -> HttpResponse {
    match accepted(&request, payload, &api).await {
        Ok(answer) => answer,
        Err(failure) => responses::refused(failure, language_of_refusal(&request, &api).await),
    }
}

async fn accepted(request: &HttpRequest, payload: web::Payload, api: &Api) -> Result<HttpResponse, Failure> {
    let credentials = credentials(request)?;
    note_app_key(request, &credentials.app_id);
    let caller = api.authenticate_user.authenticate(&credentials).await.inspect_err(log_refusal)?;
    let bytes = body::read(request, payload, &api.http).await?;
    let given = idempotency::from_header(request)?;
    let body = SendBody::parse(&bytes)?;
    let key = given
        .map(|given| idempotency::key(caller.app_key, &given, api.keys_live_ms, SEND, body.parameters()));
    let (to, content) = body.into_parts()?;
    let settings = caller.settings.clone();
    let locale = locale(&credentials, &settings, caller.user.profile.timezone.as_deref(), api);
    let wanted = SendRequest {
        sender: caller.user,
        settings: caller.settings,
        to,
        content,
        nonce: caller.nonce,
        idempotency: key,
    };
    let sent = api.send_message.send(wanted).await.inspect_err(log_error)?;
    Ok(idempotency::marked(responses::sent(&sent, &locale), sent.replayed))
}

fn locale<'a>(
    credentials: &UserCredentials,
    settings: &'a Settings,
    user_timezone: Option<&str>,
    api: &Api,
) -> Locale<'a> {
    let tag = credentials.lang_tag.as_deref();
    Locale {
        settings,
        times: TimeFormat::of(settings, tag, credentials.timezone.as_deref(), user_timezone),
        language: tag.and_then(Language::of_tag).unwrap_or_else(|| site_language(settings)),
        now: api.clock.now(),
    }
}

/// The language the client asks for, else that of the site, else English.
async fn language_of_refusal(request: &HttpRequest, api: &Api) -> Language {
    if let Some(language) = header_text(request, "langTag").and_then(Language::of_tag) {
        return language;
    }
    // A refusal is due already; that the settings can't be read either only costs it its language.
    api.settings.settings().await.map_or(Language::English, |settings| site_language(&settings))
}

fn site_language(settings: &Settings) -> Language {
    Language::of_tag(settings.text("default_language")).unwrap_or(Language::English)
}

/// What is nobody's fault but ours is logged once, with its cause.
fn log_refusal(refusal: &CallerRefusal) {
    if let CallerRefusal::Store(error) = refusal {
        tracing::error!(%error, "a caller could not be looked up");
    }
}

fn log_error(error: &SendError) {
    match error {
        SendError::Store(error) => {
            tracing::error!(%error, "a message could not be stored");
        }
        SendError::Busy(_) | SendError::Unknown => {
            tracing::warn!(%error, "a message was not accepted");
        }
        SendError::Refused(_) | SendError::Replayed | SendError::KeyReused => {}
    }
}
