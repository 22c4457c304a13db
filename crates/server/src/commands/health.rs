//! `sixin health`

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use serde_json::Value;
use ureq::tls::TlsConfig;

use super::{CommandError, Output};
use crate::config::Config;

/// A server answers within a few seconds, whatever is wrong with its database.
const PATIENCE: Duration = Duration::from_secs(5);

/// Asks the server of this configuration. Blocks.
pub(super) fn run(config: &Config, out: Output) -> Result<(), CommandError> {
    let address = here(config.server.listen);
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .tls_config(of_ourselves())
        .build();
    let unanswered =
        |error: ureq::Error| CommandError::Unhealthy(format!("{address} does not answer: {error}"));
    let mut answer = ureq::Agent::new_with_config(agent)
        .get(format!("{}/health", origin(config)))
        .call()
        .map_err(unanswered)?;
    let text = answer.body_mut().read_to_string().map_err(unanswered)?;
    let health: Value = serde_json::from_str(&text).unwrap_or_default();
    if answer.status() != 200 {
        let reasons = health.get("reasons").and_then(Value::as_array).cloned().unwrap_or_default();
        let reasons: Vec<&str> = reasons.iter().filter_map(Value::as_str).collect();
        return Err(CommandError::Unhealthy(format!("{address} is not ready: {}", reasons.join("; "))));
    }
    out.line("the server takes messages", || health);
    Ok(())
}

/// The certificate is for the name that clients use, and nothing but how the server is comes over this connection.
fn of_ourselves() -> TlsConfig {
    TlsConfig::builder()
        .disable_verification(true)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build()
}

/// Where the server of this configuration is reached from its own machine.
pub(super) fn origin(config: &Config) -> String {
    let scheme = if config.server.tls.is_on() { "https" } else { "http" };
    format!("{scheme}://{}", here(config.server.listen))
}

/// Where a server that listens on every address is reached from its own machine.
fn here(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_listens_everywhere_is_asked_on_this_machine() {
        for (listen, asked) in
            [("0.0.0.0:8686", "127.0.0.1:8686"), ("[::]:1", "[::1]:1"), ("10.1.2.3:80", "10.1.2.3:80")]
        {
            assert_eq!(here(listen.parse().unwrap()), asked.parse().unwrap());
        }
    }
}
