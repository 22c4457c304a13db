//! Whether a request came over TLS.

use actix_web::HttpRequest;
use sixin_domain::network::Network;

use crate::tls::OverTls;

/// Whether it came over TLS to this server itself.
pub fn is_over_tls(request: &HttpRequest) -> bool {
    request.conn_data::<OverTls>().is_some()
}

/// Whether the client spoke TLS, to this server or, as a trusted one says, to the proxy in front.
pub fn is_secure(request: &HttpRequest, trusted: &[Network]) -> bool {
    if is_over_tls(request) {
        return true;
    }
    let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
    let is_trusted = peer.is_some_and(|peer| trusted.iter().any(|network| network.has(peer)));
    let scheme = request.headers().get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    is_trusted && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}
