//! What programs are told when something is not done: one table.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;
use sixin_application::access::ports::PasswordError;
use sixin_application::administration::AdminError;
use sixin_application::ports::{Cause, StoreError};
use sixin_web::answer::reply;
use sixin_web::request::body::BodyError;
use utoipa::ToSchema;

/// Why something was not done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminError)]
pub(crate) struct Refused {
    /// A word that stays the same.
    #[schema(example = "forbidden")]
    pub(crate) error: &'static str,
    /// The same for people, in English.
    pub(crate) message: String,
}

/// What nobody can mend who asks.
const FAULT: &str = "a fault of the server; its log says more";
const NOT_NOW: &str = "the server can't do that now; try again";

/// The status and the word of each refusal.
pub(crate) fn row(error: &AdminError) -> (StatusCode, &'static str) {
    match error {
        AdminError::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
        AdminError::Unproven => (StatusCode::FORBIDDEN, "unproven"),
        AdminError::Locked => (StatusCode::TOO_MANY_REQUESTS, "locked"),
        AdminError::Unknown(_) => (StatusCode::NOT_FOUND, "not_found"),
        AdminError::Taken(_) => (StatusCode::CONFLICT, "taken"),
        AdminError::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid"),
        // No fault of this server, which 502 would say: proxies show a page of their own for it.
        AdminError::Receiver(_) => (StatusCode::FAILED_DEPENDENCY, "receiver_failed"),
        AdminError::Password(PasswordError::Busy) | AdminError::Store(StoreError::Unavailable(_)) => {
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
        AdminError::Password(PasswordError::Fault) | AdminError::Store(StoreError::Fault(_)) => {
            (StatusCode::INTERNAL_SERVER_ERROR, "fault")
        }
    }
}

/// The status, the word and the text of a refusal; logs what was not the caller's fault.
pub(crate) fn told(error: AdminError) -> (StatusCode, Refused) {
    let (status, word) = row(&error);
    let message = match (error, status) {
        (AdminError::Store(StoreError::Unavailable(cause) | StoreError::Fault(cause)), _) => {
            reply::log(status, &cause);
            if status == StatusCode::SERVICE_UNAVAILABLE { NOT_NOW } else { FAULT }.to_owned()
        }
        (error @ AdminError::Password(PasswordError::Fault), _) => {
            reply::log(status, &Cause::from(error.to_string()));
            FAULT.to_owned()
        }
        (error, _) => error.to_string(),
    };
    (status, Refused { error: word, message })
}

/// An answer that says why something was not done.
pub(crate) fn refused(error: AdminError) -> HttpResponse {
    let (status, refused) = told(error);
    answer(status, &refused)
}

/// An answer to a body that did not come as it should.
pub(crate) fn without_body(error: &BodyError) -> HttpResponse {
    let (status, word) = match error {
        BodyError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        BodyError::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too_slow"),
        BodyError::Encoding(_) | BodyError::Charset(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "encoding"),
        BodyError::Broken => (StatusCode::BAD_REQUEST, "invalid"),
    };
    answer(status, &Refused { error: word, message: error.to_string() })
}

/// An answer to whoever does not say who they are.
pub(crate) fn unauthorized() -> HttpResponse {
    let message = "send Authorization: Bearer and a token that `sixin operator token create` made".to_owned();
    let mut answer = answer(StatusCode::UNAUTHORIZED, &Refused { error: "unauthorized", message });
    let challenge = actix_web::http::header::HeaderValue::from_static("Bearer realm=\"sixin\"");
    answer.headers_mut().insert(actix_web::http::header::WWW_AUTHENTICATE, challenge);
    answer
}

fn answer(status: StatusCode, refused: &Refused) -> HttpResponse {
    let answer = reply::json(status, i64::from(status.as_u16()), refused);
    match status {
        StatusCode::SERVICE_UNAVAILABLE => reply::with_retry_after(answer, reply::TRY_AGAIN_MS),
        _ => answer,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_inside_is_not_told() {
        for (error, status) in [
            (StoreError::Fault("secret table".into()), 500),
            (StoreError::Unavailable("secret host".into()), 503),
        ] {
            let (found, refused) = told(error.into());
            assert_eq!(found.as_u16(), status);
            assert!(!refused.message.contains("secret"), "{}", refused.message);
        }
        let (status, refused) = told(AdminError::Unknown("user ann".into()));
        assert_eq!(
            (status.as_u16(), refused.error, refused.message.as_str()),
            (404, "not_found", "there is no user ann")
        );
    }
}
