//! The unordered pair of users a conversation belongs to.

use crate::id::UserId;

/// Two distinct users, the smaller number first, as `conversations` stores them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pair {
    a: UserId,
    b: UserId,
}

/// One of the two sides of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The user with the smaller number.
    A,
    /// The user with the larger number.
    B,
}

impl Pair {
    /// The pair of two users in either order, or `None` for a user with itself.
    #[must_use]
    pub fn of(one: UserId, other: UserId) -> Option<Self> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Some(Self { a: one, b: other }),
            std::cmp::Ordering::Greater => Some(Self { a: other, b: one }),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// The user on side A.
    #[must_use]
    pub fn a(self) -> UserId {
        self.a
    }

    /// The user on side B.
    #[must_use]
    pub fn b(self) -> UserId {
        self.b
    }

    /// The side `user` is on, or `None` for a stranger.
    #[must_use]
    pub fn side_of(self, user: UserId) -> Option<Side> {
        if user == self.a {
            Some(Side::A)
        } else if user == self.b {
            Some(Side::B)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_are_the_same_pair() {
        let pair = Pair::of(UserId(7), UserId(3));
        assert_eq!(pair, Pair::of(UserId(3), UserId(7)));
        assert_eq!(pair.map(|pair| (pair.a(), pair.b())), Some((UserId(3), UserId(7))));
        assert_eq!(pair.and_then(|pair| pair.side_of(UserId(7))), Some(Side::B));
        assert_eq!(pair.and_then(|pair| pair.side_of(UserId(9))), None);
    }

    #[test]
    fn nobody_makes_a_pair_with_themself() {
        assert_eq!(Pair::of(UserId(3), UserId(3)), None);
    }
}
