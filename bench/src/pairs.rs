//! Who writes to whom: 1000 users in 10,000 conversations, if nothing else is asked for.

use rand::RngExt;

/// Users who can sign in as users of apps; all there are, if nothing else is asked for.
pub(crate) const USERS: usize = 1000;

/// Everybody has a conversation with each of the next few.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pairs {
    /// Users of the store, [`USERS`] at least.
    pub(crate) users: usize,
    neighbours: usize,
}

impl Pairs {
    /// So many users and conversations, as near as they can be shared out evenly.
    pub(crate) fn new(users: usize, conversations: usize) -> Self {
        let users = users.max(USERS);
        Self { users, neighbours: (conversations / users).clamp(1, (users - 1) / 2) }
    }

    /// Conversations of the store.
    pub(crate) fn conversations(self) -> usize {
        self.users * self.neighbours
    }

    /// Ways in which a message can go.
    pub(crate) fn directions(self) -> u64 {
        2 * u64::try_from(self.conversations()).unwrap_or(0)
    }

    /// The two users of a conversation, by their place among the users.
    pub(crate) fn pair(self, conversation: usize) -> (usize, usize) {
        let first = (conversation / self.neighbours) % self.users;
        (first, (first + 1 + conversation % self.neighbours) % self.users)
    }

    /// Sender and recipient of any conversation, in any direction.
    pub(crate) fn any(self) -> (usize, usize) {
        let mut rng = rand::rng();
        self.directed(rng.random_range(0..self.conversations()), rng.random())
    }

    /// Sender and recipient of each conversation in each direction, once in [`Pairs::directions`] numbers.
    pub(crate) fn each(self, number: u64) -> (usize, usize) {
        let place = usize::try_from(number % self.directions()).unwrap_or(0);
        self.directed(place / 2, place % 2 == 1)
    }

    /// Sender and recipient of a conversation that belongs to one of `shards`.
    pub(crate) fn any_of(self, shard: usize, shards: usize) -> (usize, usize) {
        let mut rng = rand::rng();
        let conversation = rng.random_range(0..self.conversations() / shards) * shards + shard;
        self.directed(conversation.min(self.conversations() - 1), rng.random())
    }

    fn directed(self, conversation: usize, turned: bool) -> (usize, usize) {
        let (one, other) = self.pair(conversation);
        if turned { (other, one) } else { (one, other) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const SITES: [(usize, usize); 3] = [(1000, 10_000), (100_000, 200_000), (1000, 1)];

    fn both_ways((one, other): (usize, usize)) -> (usize, usize) {
        (one.min(other), one.max(other))
    }

    #[test]
    fn every_conversation_is_another_pair() {
        for (users, conversations) in SITES {
            let pairs = Pairs::new(users, conversations);
            let all: HashSet<_> = (0..pairs.conversations()).map(|one| both_ways(pairs.pair(one))).collect();
            assert_eq!(all.len(), conversations.max(users));
            assert!(all.iter().all(|(one, other)| one != other && *other < users));
        }
    }

    #[test]
    fn each_direction_comes_once() {
        for (users, conversations) in SITES {
            let pairs = Pairs::new(users, conversations);
            let all: HashSet<_> = (0..pairs.directions()).map(|number| pairs.each(number)).collect();
            assert_eq!(all.len(), pairs.conversations() * 2);
        }
    }

    #[test]
    fn shards_share_no_conversation() {
        let pairs = Pairs::new(1000, 10_000);
        let of = |shard| -> HashSet<_> { (0..20_000).map(|_| both_ways(pairs.any_of(shard, 3))).collect() };
        let (first, second) = (of(0), of(1));
        assert!(first.is_disjoint(&second));
        assert!(first.len() > 3000 && second.len() > 3000);
    }
}
