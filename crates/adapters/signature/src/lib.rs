//! The HTTP signature schemes of both dialects, those of links to files and of webhooks: verify, and sign.
//!
//! Those of the dialects are what existing clients send; neither covers method, path or body, so TLS is needed around them.
//! Nothing here is ever logged.

mod fresns;
mod link;
mod rongcloud;
mod webhook;

use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use subtle::ConstantTimeEq;

/// [`Signatures`] as the clients of both dialects compute them.
#[derive(Debug, Clone, Copy, Default)]
pub struct HttpSignatures;

impl Signatures for HttpSignatures {
    /// The signature may come in either hex case. Each comparison looks at every byte, so the time it takes does not tell
    /// how far a forged one fits; that a true one stops the search tells only in which spelling it was made
    /// (docs/wire/fresns.md#signature-spellings).
    fn verify(&self, parts: &SignedParts, secret: &Secret, signature: &str) -> bool {
        let asked = signature;
        let signature = signature.to_ascii_lowercase();
        let fits = |candidate: &str| bool::from(candidate.as_bytes().ct_eq(signature.as_bytes()));
        match parts {
            SignedParts::Fields(fields) => {
                fresns::candidates(fields, secret.reveal()).any(|candidate| fits(&candidate))
            }
            SignedParts::ThirdFields(fields) => {
                fresns::third_candidates(fields, secret.reveal()).any(|candidate| fits(&candidate))
            }
            SignedParts::NonceAndTime { nonce, timestamp } => {
                fits(&rongcloud::digest(secret.reveal(), nonce, timestamp))
            }
            SignedParts::Link(text) => fits(&link::digest(text, secret.reveal())),
            // Nothing in it comes in either case.
            SignedParts::Webhook(text) => {
                let expected = webhook::signature(text, secret);
                !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(asked.as_bytes()))
            }
        }
    }

    fn sign(&self, parts: &SignedParts, secret: &Secret) -> String {
        match parts {
            SignedParts::Fields(fields) => fresns::digest(fields, secret.reveal()),
            SignedParts::ThirdFields(fields) => fresns::third_digest(fields, secret.reveal()),
            SignedParts::NonceAndTime { nonce, timestamp } => {
                rongcloud::digest(secret.reveal(), nonce, timestamp)
            }
            SignedParts::Link(text) => link::digest(text, secret.reveal()),
            SignedParts::Webhook(text) => webhook::signature(text, secret),
        }
    }
}

/// Bytes as lowercase hex.
fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 });
    let mut hex = String::with_capacity(bytes.len() * 2);
    hex.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
    hex
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts() -> impl Strategy<Value = Vec<(&'static str, String)>> {
        proptest::collection::vec("\\PC{0,12}", 7).prop_map(|values| {
            ["platformId", "version", "appId", "timestamp", "aid", "uid", "token"]
                .into_iter()
                .zip(values)
                .collect()
        })
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_in_both_schemes(
            fields in texts(), nonce in "\\PC{0,20}", timestamp in "[0-9]{10,13}", secret in "[ -~]{1,40}"
        ) {
            let secret = Secret::new(secret);
            let (link, third) = (SignedParts::Link(nonce.clone()), SignedParts::ThirdFields(fields.clone()));
            let back_end = SignedParts::NonceAndTime { nonce, timestamp };
            for parts in [SignedParts::Fields(fields), third, back_end, link] {
                let signature = HttpSignatures.sign(&parts, &secret);
                prop_assert!(HttpSignatures.verify(&parts, &secret, &signature));
                prop_assert!(HttpSignatures.verify(&parts, &secret, &signature.to_uppercase()));
                prop_assert!(!HttpSignatures.verify(&parts, &Secret::new("another secret, too long"), &signature));
            }
        }

        #[test]
        fn a_changed_byte_is_refused(fields in texts(), which in 0usize..7, position in 0usize..32) {
            let secret = Secret::new("secret");
            let parts = SignedParts::Fields(fields.clone());
            let signature = HttpSignatures.sign(&parts, &secret);
            let mut changed = signature.clone().into_bytes();
            changed[position] = if changed[position] == b'0' { b'1' } else { b'0' };
            let changed = String::from_utf8(changed).unwrap();
            prop_assert!(!HttpSignatures.verify(&parts, &secret, &changed));
            let mut fields = fields;
            fields[which].1.push('x');
            prop_assert!(!HttpSignatures.verify(&SignedParts::Fields(fields), &secret, &signature));
        }

        #[test]
        fn a_changed_nonce_or_time_is_refused(nonce in "[0-9.]{1,19}", position in 0usize..40) {
            let secret = Secret::new("secret");
            let parts = |nonce: &str| SignedParts::NonceAndTime { nonce: nonce.into(), timestamp: "1732233600".into() };
            let signature = HttpSignatures.sign(&parts(&nonce), &secret);
            let mut changed = signature.clone().into_bytes();
            changed[position] = if changed[position] == b'0' { b'1' } else { b'0' };
            prop_assert!(!HttpSignatures.verify(&parts(&nonce), &secret, &String::from_utf8(changed).unwrap()));
            let other = parts(&format!("{nonce}1"));
            prop_assert!(!HttpSignatures.verify(&other, &secret, &signature));
        }

        #[test]
        fn no_text_makes_verification_panic(signature in "\\PC*") {
            let parts = SignedParts::NonceAndTime { nonce: "1".into(), timestamp: "2".into() };
            prop_assert!(!HttpSignatures.verify(&parts, &Secret::new("s"), &signature));
        }
    }
}
