//! The envelope of every answer of this dialect (docs/wire/fresns.md#envelope).

use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use sixin_web::answer::reply::{self, log};

use crate::codes::Failure;
use crate::messages::{Languages, in_languages, message};

/// What every answer is wrapped in.
#[derive(Serialize)]
struct Envelope<T> {
    code: i64,
    message: Cow<'static, str>,
    data: Option<T>,
}

/// The answer to a request that was carried out.
pub(crate) fn done(data: impl Serialize, languages: Languages) -> HttpResponse {
    let envelope = Envelope { code: 0, message: message(0, languages), data: Some(data) };
    reply::json(StatusCode::OK, 0, &envelope)
}

/// The same where there is nothing to tell.
pub(crate) fn done_without_data(languages: Languages) -> HttpResponse {
    let envelope = Envelope::<()> { code: 0, message: message(0, languages), data: None };
    reply::json(StatusCode::OK, 0, &envelope)
}

/// What a failure says.
pub(crate) fn words(failure: &Failure, languages: Languages) -> Cow<'static, str> {
    if let Some(reason) = &failure.reason {
        return reason.text().to_owned().into();
    }
    let text = match failure.words {
        Some(row) => in_languages(row, languages),
        None => message(failure.code, languages),
    };
    let text = match failure.more.as_str() {
        "" => text,
        more => format!("{text} - {more}").into(),
    };
    match failure.parameter {
        Some(parameter) => format!("{text}: {parameter}").into(),
        None => text,
    }
}

/// The answer to a request that was not accepted.
pub(crate) fn refused(failure: Failure, languages: Languages) -> HttpResponse {
    if let Some(cause) = &failure.cause {
        log(failure.status, cause);
    }
    let message = words(&failure, languages);
    let envelope = Envelope::<()> { code: failure.code, message, data: None };
    let answer = reply::json(failure.status, failure.code, &envelope);
    match failure.retry_after_ms {
        Some(after_ms) => reply::with_retry_after(answer, after_ms),
        None => answer,
    }
}
