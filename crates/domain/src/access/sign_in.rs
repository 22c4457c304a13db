//! How often somebody may fail to sign in.

use std::net::{IpAddr, Ipv6Addr};

/// So many failures within a time; whoever has had as many is not looked at any more until the first of them is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureLimit {
    /// How many.
    pub most: i64,
    /// Within how many milliseconds.
    pub window_ms: i64,
}

impl FailureLimit {
    /// Of one client address for one account (docs/wire/fresns.md#sign-in-lock, code 34306).
    pub const PAIR: Self = Self { most: 5, window_ms: 60 * 60 * 1000 };
    /// Of one client address, whatever the accounts; ours. Many users may share an address, few of them fail at once.
    pub const ADDRESS: Self = Self { most: 30, window_ms: 60 * 1000 };
    /// Of everybody; ours. It bounds what guessing from many addresses can reach, and what it costs.
    pub const ALL: Self = Self { most: 600, window_ms: 60 * 1000 };
}

/// A network an address is in, and how much more those in it may fail than a single address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The network, as text.
    pub name: String,
    /// By what limits are multiplied.
    pub scale: i64,
}

/// The networks under which failures from an address are counted. Who has an IPv6 address has the 2^64 beside it too, most
/// customers are given a /56 and the larger ones a /48: counting single addresses would count nothing.
#[must_use]
pub fn counted_networks(address: IpAddr) -> Vec<Network> {
    match address.to_canonical() {
        address @ IpAddr::V4(_) => vec![Network { name: address.to_string(), scale: 1 }],
        IpAddr::V6(address) => [(64, 1), (56, 2), (48, 4)]
            .into_iter()
            .map(|(bits, scale)| {
                let network = Ipv6Addr::from_bits(address.to_bits() & !(u128::MAX >> bits));
                Network { name: format!("{network}/{bits}"), scale }
            })
            .collect(),
    }
}

/// How long each attempt at an account waits after so many failures within an hour, from whatever addresses. Guessing from many
/// addresses becomes slow, and strangers can't lock anybody out.
#[must_use]
pub fn account_pause_ms(failures: i64) -> u64 {
    match failures {
        ..10 => 0,
        10..50 => 1000,
        50..200 => 2000,
        200.. => 4000,
    }
}

/// How long failures at an account count, in milliseconds.
pub const ACCOUNT_WINDOW_MS: i64 = 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_count_together_in_ipv6_only() {
        let names = |text: &str| -> Vec<(String, i64)> {
            let networks = counted_networks(text.parse().unwrap());
            networks.into_iter().map(|network| (network.name, network.scale)).collect()
        };
        assert_eq!(names("192.0.2.7"), [("192.0.2.7".into(), 1)]);
        assert_eq!(names("::ffff:192.0.2.7"), names("192.0.2.7"));
        let expected = [
            ("2001:db8:1:2ff::/64".into(), 1),
            ("2001:db8:1:200::/56".into(), 2),
            ("2001:db8:1::/48".into(), 4),
        ];
        assert_eq!(names("2001:db8:1:2ff:3:4:5:6"), expected);
        assert_eq!(names("2001:db8:1:2ff::9"), expected);
        assert_eq!(names("2001:db8:1:2fe::9")[1..], expected[1..]);
        assert_eq!(names("2001:db8:1:8ff::9")[2..], expected[2..]);
    }

    #[test]
    fn an_account_gets_slower_and_never_locked() {
        assert_eq!(account_pause_ms(9), 0);
        assert!((0..100_000).map(account_pause_ms).is_sorted());
        assert!(account_pause_ms(i64::MAX) < 5000);
    }
}
