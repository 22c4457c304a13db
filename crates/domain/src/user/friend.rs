//! Friends, whom back ends keep: users who follow each other.

/// Who becomes a user's friend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FriendPermission {
    /// Whoever asks.
    #[default]
    Anyone,
    /// Whoever the user agrees to.
    Asked,
    /// Nobody.
    Nobody,
}

impl FriendPermission {
    /// The number that wires and tables have for it.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Anyone => 1,
            Self::Asked => 2,
            Self::Nobody => 3,
        }
    }

    /// Reads the number.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        [Self::Anyone, Self::Asked, Self::Nobody].into_iter().find(|one| one.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_its_number() {
        for number in 1..=3 {
            assert_eq!(FriendPermission::from_number(number).unwrap().number(), number);
        }
        assert_eq!((FriendPermission::from_number(0), FriendPermission::from_number(4)), (None, None));
    }
}
