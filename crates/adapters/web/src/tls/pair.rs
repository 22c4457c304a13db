//! A certificate with its key, read from files and looked at before anybody is shown it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustls::InconsistentKeys;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use sixin_domain::time::Millis;
use thiserror::Error;
use webpki::{EndEntityCert, KeyUsage};

/// Why a certificate and its key can't be used. Nothing of the key is in it.
#[derive(Debug, Error)]
pub enum PairError {
    /// A file is not there, or is not ours to read.
    #[error("{0} can't be read: {1}")]
    Read(PathBuf, #[source] io::Error),
    /// Something else stands where certificates should.
    #[error("{0} holds no certificate in PEM")]
    NoCertificate(PathBuf),
    /// Something else stands where a key should.
    #[error("{0} holds no private key in PEM; one that is encrypted can't be read")]
    NoKey(PathBuf),
    /// A certificate that nobody could read.
    #[error("the first certificate of {0} can't be used: {1}")]
    BadCertificate(PathBuf, String),
    /// A key of a kind that is not known.
    #[error("the key in {0} can't be used; there are RSA, ECDSA (P-256 and P-384) and Ed25519")]
    BadKey(PathBuf),
    /// They do not belong together.
    #[error("the key in {key} is not that of the first certificate of {certificate}")]
    Mismatch {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
    },
    /// Every client would refuse it.
    #[error("the certificate of {0} has expired")]
    Expired(PathBuf),
    /// Every client would refuse it, or the clock of this machine is wrong.
    #[error("the certificate of {0} is not valid yet; is the clock right?")]
    NotYet(PathBuf),
}

/// A certificate, those that lead to its authority, and its key.
#[derive(Debug)]
pub struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    /// When the certificate ends.
    pub ends_at: Millis,
}

impl Pair {
    /// Reads a pair and refuses one that clients would refuse, as far as that can be seen from here.
    ///
    /// # Errors
    /// See [`PairError`].
    pub fn read(certificate: &Path, key: &Path, now: Millis) -> Result<Self, PairError> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| PairError::Read(path.to_owned(), error));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(certificate)?).collect();
        // What is wrong with the text is not repeated: the key may stand in it.
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| PairError::NoCertificate(certificate.to_owned()))?;
        let secret = PrivateKeyDer::from_pem_slice(&read(key)?);
        let secret = secret.map_err(|_| PairError::NoKey(key.to_owned()))?;
        let ends_at = in_force(&chain, certificate, now)?;
        let made = CertifiedKey::from_der(chain, secret, &ring::default_provider());
        let made = made.map_err(|error| match error {
            rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                PairError::Mismatch { certificate: certificate.to_owned(), key: key.to_owned() }
            }
            rustls::Error::InvalidCertificate(error) => {
                PairError::BadCertificate(certificate.to_owned(), format!("{error:?}"))
            }
            _ => PairError::BadKey(key.to_owned()),
        })?;
        Ok(Self { key: Arc::new(made), ends_at })
    }
}

/// When the first certificate of a chain ends, if it holds now.
fn in_force(chain: &[CertificateDer<'_>], file: &Path, now: Millis) -> Result<Millis, PairError> {
    let bad = |error: webpki::Error| PairError::BadCertificate(file.to_owned(), error.to_string());
    let first = chain.first().ok_or_else(|| PairError::NoCertificate(file.to_owned()))?;
    let first = EndEntityCert::try_from(first).map_err(bad)?;
    match at(&first, seconds(now)) {
        webpki::Error::CertExpired { .. } => return Err(PairError::Expired(file.to_owned())),
        webpki::Error::CertNotValidYet { .. } => return Err(PairError::NotYet(file.to_owned())),
        error @ (webpki::Error::BadDer | webpki::Error::BadDerTime) => return Err(bad(error)),
        // Who signs it is the clients' business.
        _ => {}
    }
    match at(&first, Duration::from_secs(u64::from(u32::MAX) * 64)) {
        webpki::Error::CertExpired { not_after, .. } => Ok(millis(not_after)),
        // One for all time.
        _ => Ok(Millis(i64::MAX)),
    }
}

/// What is wrong with a certificate at a time. Something always is, since nobody is trusted: its time is what is looked at first.
fn at(certificate: &EndEntityCert<'_>, time: Duration) -> webpki::Error {
    let time = UnixTime::since_unix_epoch(time);
    let usage = KeyUsage::server_auth();
    let verified =
        certificate.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &[], &[], time, usage, None, None);
    verified.err().unwrap_or(webpki::Error::UnknownIssuer)
}

fn seconds(time: Millis) -> Duration {
    Duration::from_millis(u64::try_from(time.0).unwrap_or(0))
}

fn millis(time: UnixTime) -> Millis {
    Millis(i64::try_from(time.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000))
}
