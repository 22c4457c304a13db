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
    /// Of one client address for one account (facts: fresns 9.3, code 34306).
    pub const PAIR: Self = Self { most: 5, window_ms: 60 * 60 * 1000 };
    /// Of one client address, whatever the accounts; ours. Many users may share an address, few of them fail at once.
    pub const ADDRESS: Self = Self { most: 30, window_ms: 60 * 1000 };
    /// Of everybody; ours. It bounds what guessing from many addresses can reach, and what it costs.
    pub const ALL: Self = Self { most: 600, window_ms: 60 * 1000 };
}

/// What stands for a client's address when failures are counted. Who has an IPv6 address has the 2^64 beside it too.
#[must_use]
pub fn counted_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_count_as_one_in_ipv6_only() {
        for (text, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ] {
            assert_eq!(counted_address(text.parse().unwrap()).to_string(), counted);
        }
    }
}
