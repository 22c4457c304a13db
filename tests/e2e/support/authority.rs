//! Somebody who signs certificates, and whom a test believes.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// Somebody whose certificates a site or a client believes.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) folder: TempDir,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let authority = Self { issuer, folder: TempDir::new().unwrap() };
        std::fs::write(authority.file(), pem("CERTIFICATE", authority.der())).unwrap();
        authority
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub(crate) fn der(&self) -> &[u8] {
        self.issuer.der()
    }

    pub(crate) fn certificate(&self, params: &CertificateParams, key: &KeyPair) -> rcgen::Certificate {
        params.signed_by(key, &self.issuer).unwrap()
    }

    /// Writes a new certificate and its key where these files are; answers the certificate.
    pub(crate) fn issue(&self, params: &CertificateParams, (certificate, key): (&str, &str)) -> Vec<u8> {
        let secret = KeyPair::generate().unwrap();
        let made = self.certificate(params, &secret);
        std::fs::write(certificate, pem("CERTIFICATE", made.der())).unwrap();
        std::fs::write(key, pem("PRIVATE KEY", &secret.serialize_der())).unwrap();
        made.der().to_vec()
    }
}

/// For a server of that name.
pub(crate) fn named(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// PEM, which rcgen writes only with a library more.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
