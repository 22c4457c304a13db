//! What the answers of services mean.

use std::time::Duration;

use reqwest::{RequestBuilder, Response, StatusCode};
use sixin_application::push::ports::Served;
use sixin_domain::time::Millis;
use sixin_outgoing::{NoAnswer, asked_pause_ms, read, send};

/// How long a service has to answer.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 10 });

/// Sends a request; `what` names the service in the log. `is_gone` says of a refusal whether the device is no more.
pub(crate) async fn served(
    what: &'static str,
    request: RequestBuilder,
    now: Millis,
    is_gone: impl Fn(StatusCode, &[u8]) -> bool,
) -> (Served, Option<StatusCode>) {
    match send(request.timeout(PATIENCE)).await {
        Ok(answer) => {
            let status = answer.status();
            (of_answer(what, answer, now, is_gone).await, Some(status))
        }
        Err(NoAnswer::Forbidden) => (refused(what, "its address is not one that may be connected to"), None),
        Err(NoAnswer::TimedOut | NoAnswer::Unreachable | NoAnswer::Untrusted(_)) => {
            (Served::Later { after_ms: None }, None)
        }
    }
}

async fn of_answer(
    what: &'static str,
    answer: Response,
    now: Millis,
    is_gone: impl Fn(StatusCode, &[u8]) -> bool,
) -> Served {
    let (status, after_ms) = (answer.status(), asked_pause_ms(&answer, now));
    let body = read(answer).await.unwrap_or_default();
    match status {
        status if status.is_success() => Served::Taken,
        status if is_gone(status, &body) => Served::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => Served::Later { after_ms },
        status if status.is_server_error() => Served::Later { after_ms },
        status => refused(what, status.as_str()),
    }
}

/// Says so, since it may be the operator's to mend; never what was sent, to whom, or what was answered.
pub(crate) fn refused(what: &'static str, why: &str) -> Served {
    tracing::warn!(service = what, why, "a push service refuses a push");
    Served::Refused
}
