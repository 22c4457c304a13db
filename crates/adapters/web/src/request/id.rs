//! The number by which a request is found again in the log.

use actix_web::dev::ServiceRequest;
use sixin_application::ports::SecretSource;

/// The header, in requests and answers.
pub const HEADER: &str = "x-request-id";
const MADE_LENGTH: usize = 32;
const MAX_LENGTH: usize = 64;

/// The id the client gave, if it is 1 to 64 visible ASCII characters, else a new one
/// (docs/wire/rongcloud.md#signing-headers).
pub fn of(request: &ServiceRequest, secrets: Option<&dyn SecretSource>) -> String {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    match given.filter(|id| is_acceptable(id)) {
        Some(id) => id.to_owned(),
        None => secrets.map(fresh).unwrap_or_default(),
    }
}

/// A new id.
pub fn fresh(secrets: &dyn SecretSource) -> String {
    secrets.alphanumeric(MADE_LENGTH)
}

fn is_acceptable(id: &str) -> bool {
    (1..=MAX_LENGTH).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_1_to_64_visible_ascii_characters() {
        assert!(is_acceptable("a") && is_acceptable(&"~".repeat(64)));
        for id in ["", "a b", "é", &"x".repeat(65)] {
            assert!(!is_acceptable(id), "{id}");
        }
    }
}
