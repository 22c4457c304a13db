//! Signatures of Standard Webhooks: HMAC with SHA-256 (docs/webhooks.md#wire).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sixin_domain::access::app_key::Secret;
use sixin_domain::webhook::signing_secret::key;

/// The signature of a text; empty, and right for nobody, under what is no secret.
pub(crate) fn signature(text: &str, secret: &Secret) -> String {
    let Ok(key) = key(secret) else { return String::new() };
    Hmac::<Sha256>::new_from_slice(&key)
        .map(|mac| format!("v1,{}", STANDARD.encode(mac.chain_update(text).finalize().into_bytes())))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HttpSignatures;
    use sixin_application::access::ports::{Signatures, SignedParts};
    use sixin_domain::webhook::signing_secret::signed_text;

    #[test]
    fn a_signature_is_that_of_the_published_libraries_and_nothing_else_verifies() {
        let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw");
        let text = signed_text("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        // What `standardwebhooks` 1.1 signs, in Python and in JavaScript.
        let expected = "v1,q6KMVIJHk4Gs770FfR5f591Ftx7uVJSGl5wHV1ri978=";
        assert_eq!(signature(&text, &secret), expected);
        let parts = SignedParts::Webhook(text);
        assert!(HttpSignatures.verify(&parts, &secret, expected));
        assert!(!HttpSignatures.verify(&parts, &secret, &expected.to_lowercase()));
        assert!(!HttpSignatures.verify(&parts, &Secret::new("whsec_c2hvcnQ="), ""), "a secret that is none");
    }
}
