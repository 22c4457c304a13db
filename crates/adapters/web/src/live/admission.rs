//! Who opens a stream, and whether one more may begin.

use std::rc::Rc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::ports::StoreError;
use sixin_domain::log::Cursor;

use super::Live;
use super::dialect::LiveVoice;
use super::gate::TurnedAway;
use super::query::{EventsQuery, Malformed, ticket};
use super::session::Ending;
use crate::answer::reply;

#[derive(Serialize)]
struct Refusal<'a> {
    code: i64,
    message: &'a str,
}

pub(crate) fn refusal(status: StatusCode, message: &str) -> HttpResponse {
    let code = i64::from(status.as_u16());
    with_live_headers(reply::json(status, code, &Refusal { code, message }))
}

/// The request does not say what it should.
pub(crate) fn malformed(message: &str) -> HttpResponse {
    refusal(StatusCode::BAD_REQUEST, message)
}

/// Nothing of this may be kept by caches.
pub(crate) fn with_live_headers(mut answer: HttpResponse) -> HttpResponse {
    let value = HeaderValue::from_static("no-store, no-transform");
    answer.headers_mut().insert(header::CACHE_CONTROL, value);
    answer
}

/// The guest behind a request, and how it is spoken to.
pub(crate) async fn enter(
    request: &HttpRequest,
    live: &web::Data<Live>,
) -> Result<(LiveGuest, Rc<dyn LiveVoice>), HttpResponse> {
    if let Some(ticket) = ticket(request) {
        let guest = live.api.passes.redeem(&ticket).await.map_err(|reason| refused_ticket(&reason))?;
        let speaks = live.dialects.iter().find(|dialect| dialect.is_for(&guest.pass.proof));
        let voice = speaks.map(|dialect| dialect.voice(request, &guest));
        return voice.map(|voice| (guest, voice)).ok_or_else(nobody);
    }
    let dialect = live.dialects.iter().find(|dialect| dialect.is_shown_by(request)).ok_or_else(nobody)?;
    let guest = dialect.enter(request).await.map_err(with_live_headers)?;
    // The dialect may have answered from memory; a stream is let in by what holds now.
    match live.api.passes.look_again(&guest.pass).await {
        Ok(guest) => {
            let voice = dialect.voice(request, &guest);
            Ok((guest, voice))
        }
        Err(reason) => Err(with_live_headers(dialect.refuse(request, reason).await)),
    }
}

/// Who opens a stream, and where it is to begin, as its address says.
pub(crate) async fn opens(
    request: &HttpRequest,
    live: &web::Data<Live>,
) -> Result<(LiveGuest, Rc<dyn LiveVoice>, Option<Cursor>), HttpResponse> {
    let (guest, voice) = enter(request, live).await?;
    let since = EventsQuery::read(request).map_err(|Malformed(what)| malformed(&what))?;
    Ok((guest, voice, since))
}

fn nobody() -> HttpResponse {
    refusal(
        StatusCode::UNAUTHORIZED,
        "say who you are: the headers of a Fresns session, `Authorization: Bearer` with a device token, or a ticket",
    )
}

fn refused_ticket(reason: &PassRefusal) -> HttpResponse {
    match reason {
        PassRefusal::Store(error) => unavailable(error),
        reason => refusal(StatusCode::UNAUTHORIZED, &reason.to_string()),
    }
}

/// The store could not.
pub(crate) fn unavailable(error: &StoreError) -> HttpResponse {
    match error {
        StoreError::Unavailable(cause) => {
            reply::log(StatusCode::SERVICE_UNAVAILABLE, cause);
            let answer = refusal(StatusCode::SERVICE_UNAVAILABLE, "try again");
            reply::with_retry_after(answer, reply::TRY_AGAIN_MS)
        }
        StoreError::Fault(cause) => {
            reply::log(StatusCode::INTERNAL_SERVER_ERROR, cause);
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "this can't be answered")
        }
    }
}

/// Whether one more stream may begin; waits until it may, if that is soon.
pub(crate) async fn begins(live: &Live) -> Result<(), TurnedAway> {
    let wait = live.api.gate.admit(live.api.streams.follower.connections())?;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    if live.api.gate.is_draining() { Err(TurnedAway::Draining) } else { Ok(()) }
}

/// The answer that says when to come back, if no more may begin.
pub(crate) async fn turned_away(live: &Live) -> Option<HttpResponse> {
    let text = match begins(live).await.err()? {
        TurnedAway::Draining => "the server stops; come back in a moment",
        TurnedAway::TooMany => "too many streams begin; come back in a moment",
    };
    let after = 1000 + i64::try_from(live.random_ms(4000)).unwrap_or(0);
    Some(reply::with_retry_after(refusal(StatusCode::SERVICE_UNAVAILABLE, text), after))
}

/// The answer to a poll whose stream has ended.
pub(crate) fn ended(ending: Ending) -> HttpResponse {
    match ending {
        Ending::SessionEnded => refusal(StatusCode::UNAUTHORIZED, "the session has ended"),
        Ending::Replaced => refusal(StatusCode::CONFLICT, "newer connections took the place of this one"),
        Ending::Restart(after) => {
            let answer = refusal(StatusCode::SERVICE_UNAVAILABLE, "the server stops; come back in a moment");
            reply::with_retry_after(answer, i64::try_from(after).unwrap_or(1000))
        }
    }
}
