//! Keys, and what is signed with them: JSON Web Tokens (RFC 7515, 7519).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use thiserror::Error;

/// Why a key can't be used. Nothing of the key is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is no PEM with a private key in it.
    #[error("it must hold a private key in PEM: -----BEGIN PRIVATE KEY-----")]
    Pem,
    /// It is a key of another kind.
    #[error("it must hold a key of the curve P-256")]
    Curve,
    /// The same of Google's.
    #[error("it must hold an RSA key")]
    Rsa,
    /// What Google gives is something else.
    #[error(
        "it must be the JSON of a service account, with project_id, client_email, private_key and token_uri"
    )]
    Account,
}

fn der(pem: &[u8]) -> Result<PrivatePkcs8KeyDer<'static>, KeyError> {
    PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| KeyError::Pem)
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A key of P-256.
pub(crate) struct EcKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

impl EcKey {
    pub(crate) fn read(pem: &[u8]) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der(pem)?.secret_pkcs8_der(), &random);
        Ok(Self { pair: pair.map_err(|_| KeyError::Curve)?, random })
    }

    /// The point of its public key.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// A token that says this, `ES256`; `None` if there is no chance to be had.
    pub(crate) fn token(&self, header: &Value, claims: &Value) -> Option<String> {
        let text = unsigned(header, claims);
        let signature = self.pair.sign(&self.random, text.as_bytes()).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

/// A key of RSA.
pub(crate) struct RsaKey {
    pair: RsaKeyPair,
    random: SystemRandom,
}

impl RsaKey {
    pub(crate) fn read(pem: &[u8]) -> Result<Self, KeyError> {
        let pair = RsaKeyPair::from_pkcs8(der(pem)?.secret_pkcs8_der()).map_err(|_| KeyError::Rsa)?;
        Ok(Self { pair, random: SystemRandom::new() })
    }

    /// A token that says this, `RS256`.
    pub(crate) fn token(&self, header: &Value, claims: &Value) -> Option<String> {
        let text = unsigned(header, claims);
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &self.random, text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
    use serde_json::json;

    use super::*;
    use crate::testing::{EC_PEM, RSA_PEM};

    fn parts(token: &str) -> (Vec<u8>, Vec<u8>) {
        let (text, signature) = token.rsplit_once('.').unwrap();
        (text.as_bytes().to_vec(), URL_SAFE_NO_PAD.decode(signature).unwrap())
    }

    #[test]
    fn a_token_is_signed_by_its_key_and_by_no_other() {
        let key = EcKey::read(EC_PEM.as_bytes()).unwrap();
        let (text, signature) = parts(&key.token(&json!({"alg": "ES256"}), &json!({"a": 1})).unwrap());
        assert_eq!(signature.len(), 64);
        let verifies = |text: &[u8]| {
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public()).verify(text, &signature)
        };
        assert!(verifies(&text).is_ok() && verifies(b"else").is_err());
        let key = RsaKey::read(RSA_PEM.as_bytes()).unwrap();
        let (text, signature) = parts(&key.token(&json!({"alg": "RS256"}), &json!({"a": 1})).unwrap());
        let public = key.pair.public().as_ref();
        assert!(
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(&text, &signature).is_ok()
        );
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        assert_eq!(EcKey::read(b"no key").err(), Some(KeyError::Pem));
        assert_eq!(EcKey::read(RSA_PEM.as_bytes()).err(), Some(KeyError::Curve));
        assert_eq!(RsaKey::read(EC_PEM.as_bytes()).err(), Some(KeyError::Rsa));
    }
}
