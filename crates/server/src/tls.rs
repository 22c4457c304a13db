//! The certificate that clients of this server are shown.

use sixin_application::ports::Clock;
use sixin_domain::time::Millis;
use sixin_web::{Pair, PairError, Tls};
use thiserror::Error;

use crate::config::Config;
use crate::system::SystemClock;

/// So long before a certificate ends it should be renewed: most are renewed a month before.
const SOON_MS: i64 = 14 * 24 * 60 * 60 * 1000;

/// Why TLS can't be spoken as configured.
#[derive(Debug, Error)]
pub(crate) enum TlsError {
    #[error("server.tls: {0}")]
    Pair(#[from] PairError),
    #[error("server.tls can't be set up")]
    Setup(#[from] rustls::Error),
}

/// The configured certificate and its key; `None` where TLS is off.
pub(crate) fn pair(config: &Config) -> Result<Option<Pair>, TlsError> {
    let values = &config.server.tls;
    if !values.is_on() {
        return Ok(None);
    }
    Ok(Some(Pair::read(&values.certificate_file, &values.key_file, SystemClock.now())?))
}

/// What listeners speak TLS with, if it is configured.
pub(crate) fn tls(config: &Config) -> Result<Option<Tls>, TlsError> {
    let Some(pair) = pair(config)? else { return Ok(None) };
    report(&pair);
    Ok(Some(Tls::new(pair)?))
}

/// Says until when a certificate holds.
pub(crate) fn report(pair: &Pair) {
    let Millis(ends_at) = pair.ends_at;
    #[expect(clippy::cast_precision_loss, reason = "no time is that far away")]
    metrics::gauge!("sixin_tls_certificate_end_seconds").set((ends_at / 1000) as f64);
    let days = (ends_at - SystemClock.now().0) / (24 * 60 * 60 * 1000);
    if ends_at - SystemClock.now().0 < SOON_MS {
        tracing::warn!(days, "the certificate of server.tls ends soon; renew its files and send SIGHUP");
    }
}
