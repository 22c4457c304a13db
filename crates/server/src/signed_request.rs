//! Signed requests, to be sent or to be printed as a curl line.

use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_application::ports::SecretSource;
use sixin_domain::access::app_key::Secret;
use sixin_domain::time::Millis;
use sixin_signature::HttpSignatures;

use crate::system::SystemSecrets;

/// A request, ready to be sent.
#[derive(Clone)]
pub struct SignedRequest {
    /// Where it goes.
    pub path: &'static str,
    /// Its headers, signature included.
    pub headers: Vec<(&'static str, String)>,
    /// What it says; nothing if it only reads.
    pub body: String,
}

/// A user who calls with its own session.
pub struct FresnsCaller {
    /// The app it calls from.
    pub app_id: String,
    /// The secret of the app.
    pub secret: Secret,
    /// The platform of the app.
    pub platform: i64,
    /// Its account.
    pub aid: String,
    /// Its number.
    pub uid: i64,
    /// What its session is known by.
    pub token: String,
}

/// A user sends a text.
#[must_use]
pub fn fresns_request(caller: &FresnsCaller, to: &str, text: &str, now: Millis) -> SignedRequest {
    let mut headers = signed_headers(caller, now);
    headers.push(("Content-Type", "application/json".to_owned()));
    let body = serde_json::json!({ "uidOrUsername": to, "message": text }).to_string();
    SignedRequest { path: "/api/v2/conversation/send-message", headers, body }
}

/// A user reads what conversations they have, each with its newest message.
#[must_use]
pub fn fresns_list(caller: &FresnsCaller, now: Millis) -> SignedRequest {
    let headers = signed_headers(caller, now);
    SignedRequest { path: "/api/v2/conversation/list", headers, body: String::new() }
}

/// The headers of a user's request.
fn signed_headers(caller: &FresnsCaller, now: Millis) -> Vec<(&'static str, String)> {
    let signed = vec![
        ("platformId", caller.platform.to_string()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("appId", caller.app_id.clone()),
        ("timestamp", now.0.to_string()),
        ("aid", caller.aid.clone()),
        ("uid", caller.uid.to_string()),
        ("token", caller.token.clone()),
    ];
    let sign = HttpSignatures.sign(&SignedParts::Fields(signed.clone()), &caller.secret);
    let mut headers = signed;
    headers.push(("sign", sign));
    headers.push(("langTag", "en".to_owned()));
    headers.push(("deviceInfo", "{}".to_owned()));
    headers
}

/// A back end publishes a text.
#[must_use]
pub fn rongcloud_request(
    app_key: &str,
    secret: &Secret,
    from: &str,
    to: &str,
    text: &str,
    now: Millis,
) -> SignedRequest {
    let (nonce, timestamp) = (SystemSecrets.number(8).to_string(), now.0.to_string());
    let parts = SignedParts::NonceAndTime { nonce: nonce.clone(), timestamp: timestamp.clone() };
    let headers = vec![
        ("App-Key", app_key.to_owned()),
        ("Nonce", nonce),
        ("Timestamp", timestamp),
        ("Signature", HttpSignatures.sign(&parts, secret)),
        ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
    ];
    let content = serde_json::json!({ "content": text }).to_string();
    let body = format!(
        "fromUserId={}&toUserId={}&objectName=RC:TxtMsg&content={}",
        encoded(from),
        encoded(to),
        encoded(&content)
    );
    SignedRequest { path: "/message/private/publish.json", headers, body }
}

impl SignedRequest {
    /// A line that can be pasted into a shell.
    #[must_use]
    pub fn curl(&self, url: &str) -> String {
        let method = if self.body.is_empty() { "" } else { "-X POST " };
        let mut line = format!("curl -sS {method}{}", quoted(&format!("{url}{}", self.path)));
        for (name, value) in &self.headers {
            line.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))));
        }
        if !self.body.is_empty() {
            line.push_str(&format!(" \\\n  -d {}", quoted(&self.body)));
        }
        line
    }
}

/// A text in single quotes, for a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as a value of a form.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_a_text_does_not_end_the_shells_quotes() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn a_form_value_keeps_nothing_that_a_form_gives_a_meaning() {
        assert_eq!(encoded("a+b&c=d é"), "a%2Bb%26c%3Dd%20%C3%A9");
    }
}
