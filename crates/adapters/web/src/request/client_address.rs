//! Where a request comes from, also behind proxies.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use sixin_domain::network::Network;

/// The header in which proxies note from whom they got a request, the last one at the right.
const FORWARDED_FOR: &str = "X-Forwarded-For";

/// The client's address: that of the peer, or what a trusted peer says it got the request from, and so on as long as the
/// next one is trusted too. What stands further left can be written by anybody.
pub fn client_address(request: &HttpRequest, trusted: &[Network]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let lines = request.headers().get_all(FORWARDED_FOR).filter_map(|line| line.to_str().ok());
    let noted: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    behind(peer, &noted, trusted)
}

fn behind(peer: IpAddr, noted: &[&str], trusted: &[Network]) -> IpAddr {
    let mut address = peer.to_canonical();
    for text in noted.iter().rev() {
        let is_trusted = trusted.iter().any(|network| network.has(address));
        match address_of(text.trim()).filter(|_| is_trusted) {
            Some(next) => address = next.to_canonical(),
            None => return address,
        }
    }
    address
}

/// Some proxies note the port too.
fn address_of(text: &str) -> Option<IpAddr> {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| text.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, noted: &str, trusted: &[&str]) -> String {
        let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        let noted: Vec<&str> = noted.split(',').filter(|text| !text.is_empty()).collect();
        behind(peer.parse().unwrap(), &noted, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_as_far_as_they_are_trusted() {
        let proxies = ["10.0.0.0/8", "2001:db8::1"];
        for (peer, noted, client) in [
            ("192.0.2.1", "", "192.0.2.1"),
            ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
            ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),
            ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
            ("2001:db8::1", "[2001:db8::7]:443", "2001:db8::7"),
            ("10.0.0.1", "198.51.100.7:1234", "198.51.100.7"),
            ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
            ("10.0.0.1", "", "10.0.0.1"),
        ] {
            assert_eq!(from(peer, noted, &proxies), client, "{peer} {noted}");
            assert_eq!(from(peer, noted, &[]), peer.trim_start_matches("::ffff:"));
        }
        assert_eq!(from("192.0.2.1", "198.51.100.7", &["0.0.0.0/0"]), "198.51.100.7");
    }
}
