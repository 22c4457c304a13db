//! TLS on a listener: the certificate that clients are shown, which is exchanged while connections go on.

mod pair;
#[cfg(test)]
mod tests;

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use thiserror::Error;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub use pair::{Pair, PairError};

/// What is written and not yet sent, at most. What lies there longer than nobody reads it, the stream above ends.
const BUFFERED: usize = 16 * 1024;
/// The first byte of whoever begins a handshake.
const HANDSHAKE: u8 = 0x16;

/// What connections over TLS are made with. Clones show the same certificate.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    shown: Arc<Shown>,
}

#[derive(Debug)]
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// Shows this certificate. TLS 1.2 and 1.3, and HTTP/1.1 in it.
    ///
    /// # Errors
    /// If the machine has no randomness, say.
    pub fn new(pair: Pair) -> Result<Self, rustls::Error> {
        let shown = Arc::new(Shown(RwLock::new(pair.key)));
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Whoever comes back is spared half the handshake, whichever thread takes the connection.
        config.ticketer = ring::Ticketer::new()?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), shown })
    }

    /// Shows another certificate from now on. Connections that are open go on with the one they were shown.
    pub fn show(&self, pair: Pair) {
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = pair.key;
    }

    /// Makes a connection one over TLS, in so much time.
    pub(crate) async fn accept(
        &self,
        stream: TcpStream,
        patience: Duration,
    ) -> Result<TlsStream<TcpStream>, NoTls> {
        let handshake = async {
            let mut first = [0];
            match stream.peek(&mut first).await? {
                0 => return Err(NoTls::Failed(io::ErrorKind::UnexpectedEof.into())),
                _ if first != [HANDSHAKE] => return Err(NoTls::Plain(stream)),
                _ => {}
            }
            let small = |connection: &mut rustls::ServerConnection| {
                connection.set_buffer_limit(Some(BUFFERED));
            };
            Ok(self.acceptor.accept_with(stream, small).await?)
        };
        timeout(patience, handshake).await.unwrap_or(Err(NoTls::Late))
    }
}

/// Why a connection is none over TLS.
#[derive(Debug, Error)]
pub(crate) enum NoTls {
    /// Its client speaks something else.
    #[error("the client does not speak TLS")]
    Plain(TcpStream),
    /// It took too long.
    #[error("the handshake took too long")]
    Late,
    /// Both found no way to speak, or the client has gone.
    #[error("the handshake failed: {0}")]
    Failed(#[from] io::Error),
}

impl NoTls {
    /// What it is called as the label of a metric.
    pub(crate) fn why(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain",
            Self::Late => "late",
            Self::Failed(_) => "failed",
        }
    }
}

/// A mark on connections over TLS, for the requests on them.
pub(crate) struct OverTls;
