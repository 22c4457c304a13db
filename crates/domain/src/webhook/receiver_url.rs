//! Addresses of receivers.

use std::net::IpAddr;

use thiserror::Error;
use url::{Host, Url};

use super::address::AddressPolicy;

/// Longest address, in bytes.
const MOST_BYTES: usize = 1024;

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReceiverUrlError {
    /// It is none.
    #[error("the address must be one such as https://app.example/hook, at most 1024 bytes long")]
    Spelling,
    /// There is a fragment in it, which is never sent.
    #[error("the address must have no # in it")]
    Fragment,
    /// It leads where nobody is connected to.
    #[error("{0} is not on the public internet; list its network in webhooks.allow to connect to it")]
    Address(IpAddr),
    /// It would be sent for all to read.
    #[error("the address must begin with https://; http:// is for networks in webhooks.allow")]
    Plain,
}

/// Where a receiver is.
#[derive(Clone, PartialEq, Eq)]
pub struct ReceiverUrl(Url);

impl std::fmt::Debug for ReceiverUrl {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.shown())
    }
}

impl ReceiverUrl {
    /// Reads one. What networks it may be in is looked at when it is connected to.
    ///
    /// # Errors
    /// See [`ReceiverUrlError`].
    pub fn parse(text: &str) -> Result<Self, ReceiverUrlError> {
        let url = Url::parse(text).map_err(|_| ReceiverUrlError::Spelling)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if !is_web || text.len() > MOST_BYTES || url.port() == Some(0) {
            return Err(ReceiverUrlError::Spelling);
        }
        if url.fragment().is_some() {
            return Err(ReceiverUrlError::Fragment);
        }
        Ok(Self(url))
    }

    /// Refuses what can be told without asking for the address of a name.
    ///
    /// # Errors
    /// See [`ReceiverUrlError`].
    pub fn check(&self, policy: &AddressPolicy) -> Result<(), ReceiverUrlError> {
        match self.literal() {
            Some(address) if !policy.permits(address) => Err(ReceiverUrlError::Address(address)),
            Some(address) if self.is_plain() && !policy.lists(address) => Err(ReceiverUrlError::Plain),
            // Where a name leads is known when it is connected to.
            None if self.is_plain() && policy.allowed.is_empty() => Err(ReceiverUrlError::Plain),
            _ => Ok(()),
        }
    }

    /// The address that stands in it, if no name does.
    #[must_use]
    pub fn literal(&self) -> Option<IpAddr> {
        match self.0.host()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    /// Whether it is connected to without TLS.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// The whole of it, with passwords. Ask only to connect or to store it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// The same with these parameters behind its own.
    #[must_use]
    pub fn with_query(&self, parameters: &[(&str, &str)]) -> Self {
        let mut url = self.0.clone();
        url.query_pairs_mut().extend_pairs(parameters);
        Self(url)
    }

    /// As it may be seen: without name, password and the values of parameters.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut url = self.0.clone();
        if !url.username().is_empty() || url.password().is_some() {
            // Addresses with a host take both.
            let _ = url.set_username("***");
            let _ = url.set_password(None);
        }
        if url.query().is_some() {
            url.set_query(Some("***"));
        }
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, allowed: &[&str]) -> Result<(), ReceiverUrlError> {
        let allowed = allowed.iter().map(|text| text.parse().unwrap()).collect();
        ReceiverUrl::parse(url)?.check(&AddressPolicy { allowed })
    }

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        for wrong in
            ["", "app.example", "ftp://app.example/", "file:///etc/passwd", "https://", "http://x:0/"]
        {
            assert_eq!(check(wrong, &[]), Err(ReceiverUrlError::Spelling), "{wrong}");
        }
        let long = format!("https://app.example/{}", "a".repeat(1024));
        assert_eq!(check(&long, &[]), Err(ReceiverUrlError::Spelling));
        assert_eq!(check("https://app.example/#x", &[]), Err(ReceiverUrlError::Fragment));
        assert_eq!(check("https://app.example/hook?a=b", &[]), Ok(()));
    }

    #[test]
    fn literal_addresses_are_refused_at_once_in_whatever_spelling() {
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]:8443/",
            "https://[::ffff:7f00:1]/",
        ] {
            assert!(matches!(check(url, &[]), Err(ReceiverUrlError::Address(_))), "{url}");
        }
        assert_eq!(check("https://127.0.0.1/", &["127.0.0.0/8"]), Ok(()));
    }

    #[test]
    fn only_listed_networks_do_without_tls() {
        assert_eq!(check("http://93.184.216.34/", &["10.0.0.0/8"]), Err(ReceiverUrlError::Plain));
        assert_eq!(check("http://app.example/", &[]), Err(ReceiverUrlError::Plain));
        assert_eq!(check("http://10.0.0.7:8080/", &["10.0.0.0/8"]), Ok(()));
        // Looked at once it is known where the name leads.
        assert_eq!(check("http://app.internal/", &["10.0.0.0/8"]), Ok(()));
    }

    #[test]
    fn what_may_be_secret_is_never_shown() {
        let url = ReceiverUrl::parse("https://me:secret@app.example/hook?token=secret").unwrap();
        assert_eq!(url.shown(), "https://***@app.example/hook?***");
        assert_eq!(format!("{url:?}"), url.shown());
        assert!(url.reveal().contains("token=secret"));
        let url = ReceiverUrl::parse("https://app.example/hook?a=1").unwrap();
        assert_eq!(url.with_query(&[("b", "x y")]).reveal(), "https://app.example/hook?a=1&b=x+y");
    }
}
