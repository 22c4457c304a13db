//! Which addresses are connected to (docs/webhooks.md#networks).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::Network;

/// Where receivers may be: on the public internet, and in networks that the operator has listed.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    /// Networks that are connected to although they are not public, and without TLS too.
    pub allowed: Vec<Network>,
}

impl AddressPolicy {
    /// Whether an address may be connected to. Ask of the address that is connected to, not of one that a name had before.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        is_public(address) || self.lists(address)
    }

    /// Whether an address is in a network that the operator has listed; such a receiver may do without TLS.
    #[must_use]
    pub fn lists(&self, address: IpAddr) -> bool {
        let inner = meant(address);
        self.allowed.iter().any(|network| network.has(address) || network.has(inner))
    }
}

/// The address that a packet goes to in the end: IPv6 has several ways to write one of IPv4.
fn meant(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    carried(v6).map_or(address, IpAddr::V4)
}

/// The IPv4 address in one of IPv6: mapped, compatible, of NAT64 (RFC 6052, its local prefix of RFC 8215 too) or 6to4.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] if high != 0 => Some(of(high, low)),
        [0, 0, 0, 0, 0xffff, 0, high, low] => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

fn is_public(address: IpAddr) -> bool {
    match meant(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_special = match (a, b, c) {
        // This network, carrier-grade NAT, and what is for tests and protocols.
        (0, ..) | (100, 64..=127, _) | (192, 0, 0 | 2) | (192, 88, 99) | (198, 18 | 19, _) => true,
        (198, 51, 100) | (203, 0, 113) | (240.., ..) => true,
        _ => false,
    };
    !is_special
        && !address.is_loopback()
        && !address.is_private()
        && !address.is_link_local()
        && !address.is_multicast()
}

/// Only what is handed out for the internet: 2000::/3, less what in it is for documentation, tunnels and protocols.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allows(address: &str, listed: &[&str]) -> bool {
        let allowed = listed.iter().map(|text| text.parse().unwrap()).collect();
        AddressPolicy { allowed }.permits(address.parse().unwrap())
    }

    #[test]
    fn only_the_public_internet_is_connected_to_by_itself() {
        for public in
            ["1.1.1.1", "93.184.216.34", "100.63.0.1", "172.32.0.1", "2606:2800::1", "2a00:1450:4001::8"]
        {
            assert!(allows(public, &[]), "{public}");
        }
        for other in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:0:10.0.0.1",
            "::10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::169.254.169.254",
            "64:ff9b:1::127.0.0.1",
            "64:ff9b:1:1:1:1:10.0.0.1",
            "2002:7f00:1::",
            "2001:0:1::1",
            "2001:db8::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!allows(other, &[]), "{other}");
        }
    }

    #[test]
    fn a_listed_network_is_connected_to_however_its_address_is_written() {
        for address in ["10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3"] {
            assert!(allows(address, &["10.0.0.0/8"]), "{address}");
            assert!(!allows(address, &["10.2.0.0/16"]), "{address}");
        }
        assert!(allows("fd00::7", &["fd00::/8"]) && !allows("fd00::7", &["fd01::/16"]));
        assert!(
            AddressPolicy { allowed: vec!["127.0.0.1".parse().unwrap()] }.lists(Ipv4Addr::LOCALHOST.into())
        );
        assert!(!AddressPolicy::default().lists("1.1.1.1".parse().unwrap()), "public is not listed");
    }

    proptest! {
        #[test]
        fn no_spelling_of_an_address_says_more_than_the_address(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            prop_assume!(bits >> 16 != 0);
            let (policy, [high, low]) = (AddressPolicy::default(), [(bits >> 16) as u16, bits as u16]);
            for spelling in [
                v4.to_ipv6_mapped(),
                v4.to_ipv6_compatible(),
                Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low),
                Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, high, low),
                Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1),
            ] {
                prop_assert_eq!(policy.permits(spelling.into()), policy.permits(v4.into()), "{} {}", v4, spelling);
            }
        }
    }
}
