//! Where Redis is.

use std::fmt;

use redis::{Client, ConnectionAddr};
use thiserror::Error;

/// The address of a Redis server, which may hold a password: it shows without.
#[derive(Clone)]
pub struct RedisAddress(pub(crate) Client);

/// It is none.
#[derive(Debug, Error)]
#[error(
    "this is no address of a Redis server: redis://HOST:PORT, rediss://HOST:PORT (with TLS) or redis+unix:///PATH"
)]
pub struct AddressError;

impl RedisAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        // What the library says may hold parts of the address, so of the password.
        Client::open(url).map(Self).map_err(|_| AddressError)
    }

    /// Whether what is sent there is encrypted.
    pub(crate) fn has_tls(&self) -> bool {
        matches!(self.0.get_connection_info().addr(), ConnectionAddr::TcpTls { .. })
    }
}

impl fmt::Display for RedisAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.get_connection_info().addr().fmt(formatter)
    }
}

impl fmt::Debug for RedisAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_without_its_password() {
        let address = RedisAddress::parse("rediss://default:secret@redis.example:6380/2").unwrap();
        assert_eq!(address.to_string(), "redis.example:6380");
        assert!(address.has_tls() && !format!("{address:?}").contains("secret"));
        assert!(!RedisAddress::parse("redis://127.0.0.1").unwrap().has_tls());
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        for url in
            ["", "redis", "http://secret@127.0.0.1", "redis://:secret@", "mysql://root:secret@127.0.0.1/x"]
        {
            let error = RedisAddress::parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }
}
