//! Why there was no answer.

use std::error::Error;

use rustls::CertificateError;

use crate::resolving::ForbiddenAddress;

/// Why a request has got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// It did not come in time.
    TimedOut,
    /// There was no connection, or it broke.
    Unreachable,
    /// The address is one that nobody connects to.
    Forbidden,
    /// Whoever is there could not show that it is who it should be.
    Untrusted(Distrust),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distrust {
    /// It is for another name.
    OtherName,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// Nobody who is trusted has signed it.
    UnknownIssuer,
    /// Something else.
    Invalid,
}

pub(crate) fn no_answer(error: &reqwest::Error) -> NoAnswer {
    if error.is_timeout() {
        return NoAnswer::TimedOut;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<ForbiddenAddress>() {
            return NoAnswer::Forbidden;
        }
        if let Some(distrust) = distrust(error) {
            return NoAnswer::Untrusted(distrust);
        }
        cause = error.source();
    }
    NoAnswer::Unreachable
}

/// What a cause says of a certificate. That of an error of I/O is in it and not behind it.
fn distrust(cause: &(dyn Error + 'static)) -> Option<Distrust> {
    let mut cause = cause;
    while let Some(within) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        cause = within;
    }
    match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidCertificate(why) => Some(of_certificate(why)),
        _ => None,
    }
}

fn of_certificate(why: &CertificateError) -> Distrust {
    match why {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Distrust::OtherName
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => Distrust::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Distrust::NotYet,
        // Whoever has signed it calls itself like somebody who is trusted, and is not.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => Distrust::UnknownIssuer,
        _ => Distrust::Invalid,
    }
}
