//! Where one connects to, and whose word one takes for who is there.

use reqwest::Certificate;
use sixin_domain::webhook::address::AddressPolicy;
use thiserror::Error;

/// That a text holds no certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no certificate in PEM in it, or something else")]
pub struct NoCertificate;

/// Where one connects to, and who may sign the certificates there beside those that the system trusts.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    pub(crate) policy: AddressPolicy,
    pub(crate) authorities: Vec<Certificate>,
}

impl From<AddressPolicy> for Reach {
    fn from(policy: AddressPolicy) -> Self {
        Self { policy, authorities: Vec::new() }
    }
}

impl Reach {
    /// The same, with the certificates of authorities in PEM.
    ///
    /// # Errors
    /// If there is none in it, or one that can't be read.
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, NoCertificate> {
        let found = Certificate::from_pem_bundle(pem).map_err(|_| NoCertificate)?;
        if found.is_empty() {
            return Err(NoCertificate);
        }
        self.authorities.extend(found);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_certificate_nobody_is_trusted() {
        for nothing in ["", "no certificate", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            assert_eq!(
                Reach::default().trusting(nothing.as_bytes()).unwrap_err(),
                NoCertificate,
                "{nothing}"
            );
        }
    }
}
