//! Who writes to whom: 1000 users in 10,000 conversations.

use rand::RngExt;

/// Users of the store.
pub(crate) const USERS: usize = 1000;
/// Conversations of the store: each user has one with each of the next ten.
pub(crate) const CONVERSATIONS: usize = USERS * NEIGHBOURS;
const NEIGHBOURS: usize = 10;
/// Ways in which a message can go.
pub(crate) const DIRECTIONS: u64 = 2 * CONVERSATIONS as u64;

/// The two users of a conversation, by their place among the users.
pub(crate) fn pair(conversation: usize) -> (usize, usize) {
    let first = (conversation / NEIGHBOURS) % USERS;
    (first, (first + 1 + conversation % NEIGHBOURS) % USERS)
}

/// Sender and recipient of any conversation, in any direction.
pub(crate) fn any() -> (usize, usize) {
    let mut rng = rand::rng();
    directed(rng.random_range(0..CONVERSATIONS), rng.random())
}

/// Sender and recipient of each conversation in each direction, once in [`DIRECTIONS`] numbers.
pub(crate) fn each(number: u64) -> (usize, usize) {
    let place = usize::try_from(number % DIRECTIONS).unwrap_or(0);
    directed(place / 2, place % 2 == 1)
}

/// Sender and recipient of a conversation that belongs to one of `shards`.
pub(crate) fn any_of(shard: usize, shards: usize) -> (usize, usize) {
    let mut rng = rand::rng();
    let conversation = rng.random_range(0..CONVERSATIONS / shards) * shards + shard;
    directed(conversation.min(CONVERSATIONS - 1), rng.random())
}

fn directed(conversation: usize, turned: bool) -> (usize, usize) {
    let (one, other) = pair(conversation);
    if turned { (other, one) } else { (one, other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_conversation_is_another_pair() {
        let pairs: HashSet<_> = (0..CONVERSATIONS)
            .map(|conversation| {
                let (one, other) = pair(conversation);
                (one.min(other), one.max(other))
            })
            .collect();
        assert_eq!(pairs.len(), CONVERSATIONS);
        assert!(pairs.iter().all(|(one, other)| one != other && *other < USERS));
    }

    #[test]
    fn each_direction_comes_once() {
        let all: HashSet<_> = (0..DIRECTIONS).map(each).collect();
        assert_eq!(all.len(), CONVERSATIONS * 2);
    }

    #[test]
    fn shards_share_no_conversation() {
        let of = |shard| -> HashSet<_> {
            (0..20_000)
                .map(|_| {
                    let (one, other) = any_of(shard, 3);
                    (one.min(other), one.max(other))
                })
                .collect()
        };
        let (first, second) = (of(0), of(1));
        assert!(first.is_disjoint(&second));
        assert!(first.len() > 3000 && second.len() > 3000);
    }
}
