//! Answers to what never became a request: what is not HTTP, too long, too slow, or one connection too many.

use actix_web::http::StatusCode;

use crate::answer::fallback;
use crate::answer::reply::JSON;

/// A whole answer with a JSON body, after which the connection ends.
pub(crate) fn plain_answer(status: StatusCode, text: &str, request_id: &str) -> Vec<u8> {
    let body = fallback::pathless(status, text);
    let retry = if status == StatusCode::SERVICE_UNAVAILABLE { "retry-after: 1\r\n" } else { "" };
    let reason = status.canonical_reason().unwrap_or("Refused");
    format!(
        "HTTP/1.1 {} {reason}\r\ncontent-type: {JSON}\r\ncontent-length: {}\r\n{retry}x-request-id: {request_id}\r\n\
         connection: close\r\n\r\n{body}",
        status.as_u16(),
        body.len(),
    )
    .into_bytes()
}

/// What to tell of a status that the framework answers without a word.
pub(super) fn explanation(status: StatusCode) -> &'static str {
    match status {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE | StatusCode::URI_TOO_LONG => {
            "The head of the request is too large."
        }
        StatusCode::REQUEST_TIMEOUT => "The head of the request did not arrive in time.",
        StatusCode::PAYLOAD_TOO_LARGE => "The request is too large.",
        _ => {
            "This is no request of HTTP 1.1; check its first line, headers and framing. Paths are percent-encoded."
        }
    }
}

/// The status of an answer that begins like this.
pub(super) fn status_of(answer: &[u8]) -> Option<StatusCode> {
    let rest = answer.strip_prefix(b"HTTP/1.1 ").or_else(|| answer.strip_prefix(b"HTTP/1.0 "))?;
    StatusCode::from_bytes(rest.get(..3)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_and_its_body_json() {
        let answer = String::from_utf8(plain_answer(StatusCode::BAD_REQUEST, "No.", "r1")).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 400 Bad Request\r\n") && head.ends_with("connection: close"));
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
        assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["code"], 400);
        let busy = plain_answer(StatusCode::SERVICE_UNAVAILABLE, "Busy.", "r1");
        assert!(String::from_utf8(busy).unwrap().contains("retry-after: 1\r\n"));
    }

    #[test]
    fn a_status_is_read_from_the_first_line() {
        assert_eq!(status_of(b"HTTP/1.1 431 X\r\n"), Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE));
        for other in [b"HTTP/1.1 4".as_slice(), b"{\"code\":400}", b""] {
            assert_eq!(status_of(other), None);
        }
    }
}
