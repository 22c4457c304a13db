//! Who is calling: the four signature headers (docs/wire/rongcloud.md#signing-headers).

use actix_web::HttpRequest;
use sixin_application::access::authenticate_back_end::BackEndCredentials;
use sixin_web::answer::reply::header_text;

use crate::codes::{Code, Failure};

/// The headers browsers may send, in both spellings.
pub(crate) const SIGNING_HEADERS: &[&str] =
    &["app-key", "nonce", "timestamp", "signature", "rc-app-key", "rc-nonce", "rc-timestamp", "rc-signature"];

/// The credentials, every text as it stood in its header.
pub(crate) fn credentials(request: &HttpRequest) -> Result<BackEndCredentials, Failure> {
    let credentials = BackEndCredentials {
        app_key: part(request, "App-Key")?,
        nonce: part(request, "Nonce")?,
        timestamp: part(request, "Timestamp")?,
        signature: part(request, "Signature")?,
    };
    if credentials.nonce.len() + credentials.timestamp.len() > MAX_NONCE_BYTES {
        return Err(Failure::new(Code::Signature, "Nonce is too long; 18 characters are enough"));
    }
    Ok(credentials)
}

/// Longest nonce and time stamp together: they must fit where the nonces of strict keys are kept.
const MAX_NONCE_BYTES: usize = 240;

/// The plain name, else its alias for hosts that reserve plain names (docs/wire/rongcloud.md#signing-headers).
fn part(request: &HttpRequest, name: &str) -> Result<String, Failure> {
    header_text(request, name)
        .or_else(|| header_text(request, &format!("RC-{name}")))
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(
                Code::Signature,
                format!("header {name} (or RC-{name}) is missing or empty; send it"),
            )
        })
}
