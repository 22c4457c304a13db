//! The last events of the log in memory, so that who was away for a moment costs the database nothing.

use std::collections::{HashMap, VecDeque};

use sixin_domain::id::UserId;
use sixin_domain::log::{LogEntry, Position};

/// Before the first entry of a user.
const NONE: u64 = u64::MAX;

/// The last entries of the log, and for each user a chain through its own.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: VecDeque<Slot>,
    /// The number of the first slot; numbers go on for ever.
    first: u64,
    /// The number of each user's last entry.
    latest: HashMap<UserId, u64>,
    /// Everything after this is in the ring.
    floor: Position,
    most: usize,
}

#[derive(Debug)]
struct Slot {
    entry: LogEntry,
    /// The number of the entry before, of each user of the audience.
    before: [u64; 2],
}

/// What the ring knows of a user's entries.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recent {
    /// All of them.
    Entries(Vec<LogEntry>),
    /// More than were asked for.
    TooMuch,
    /// They begin before the ring does.
    Unknown,
}

impl Ring {
    /// An empty one that begins after a position and keeps so many entries.
    pub(crate) fn new(floor: Position, most: usize) -> Self {
        Self { slots: VecDeque::new(), first: 0, latest: HashMap::new(), floor, most }
    }

    /// Adds the next entry; of too many the oldest goes.
    pub(crate) fn push(&mut self, entry: LogEntry) {
        let number = self.first + u64::try_from(self.slots.len()).unwrap_or(0);
        let mut before = [NONE; 2];
        for (place, user) in before.iter_mut().zip(entry.what.audience().users()) {
            *place = self.latest.insert(user, number).unwrap_or(NONE);
        }
        self.slots.push_back(Slot { entry, before });
        if self.slots.len() > self.most {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) {
        let Some(gone) = self.slots.pop_front() else { return };
        for user in gone.entry.what.audience().users() {
            if self.latest.get(&user) == Some(&self.first) {
                self.latest.remove(&user);
            }
        }
        self.floor = gone.entry.position;
        self.first += 1;
    }

    fn slot(&self, number: u64) -> Option<&Slot> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.slots.get(place)
    }

    /// A user's entries after a position, at most so many, in order.
    pub(crate) fn after(&self, user: UserId, position: Position, most: usize) -> Recent {
        if position < self.floor {
            return Recent::Unknown;
        }
        let mut found = Vec::new();
        let mut next = self.latest.get(&user).copied().unwrap_or(NONE);
        while let Some(slot) = self.slot(next).filter(|slot| slot.entry.position > position) {
            if found.len() == most {
                return Recent::TooMuch;
            }
            found.push(slot.entry.clone());
            let mine = slot.entry.what.audience().users().zip(slot.before);
            next = mine.into_iter().find_map(|(who, before)| (who == user).then_some(before)).unwrap_or(NONE);
        }
        found.reverse();
        Recent::Entries(found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sixin_domain::id::MessageId;
    use sixin_domain::log::{Logged, LoggedMessage};

    use super::*;

    fn entry(position: i64, sender: i64, recipient: i64) -> LogEntry {
        let (sender, recipient) = (UserId(sender), UserId(recipient));
        let message = LoggedMessage { id: MessageId(position), sender, recipient, is_kept: true };
        LogEntry { position: Position(position), what: Logged::Message(message) }
    }

    proptest! {
        /// Whatever went through it, a user's chain holds what a look at all entries would find.
        #[test]
        fn a_chain_is_the_log_of_one_user(
            sent in proptest::collection::vec((1..6_i64, 1..6_i64, 1..4_i64), 0..60),
            most in 1..20_usize,
            after in 0..100_i64,
        ) {
            let mut ring = Ring::new(Position(0), most);
            let (mut all, mut position) = (Vec::new(), 0);
            for (sender, recipient, step) in sent {
                position += step;
                all.push(entry(position, sender, recipient));
                ring.push(entry(position, sender, recipient));
            }
            let dropped = all.len().saturating_sub(most);
            let floor = dropped.checked_sub(1).map_or(0, |last| all[last].position.0);
            prop_assert_eq!(ring.floor, Position(floor));
            for user in (1..6).map(UserId) {
                let expected: Vec<LogEntry> = all
                    .iter()
                    .filter(|entry| entry.position.0 > after && entry.what.audience().has(user))
                    .cloned()
                    .collect();
                let found = ring.after(user, Position(after), 1000);
                if after < floor {
                    prop_assert_eq!(found, Recent::Unknown);
                } else {
                    prop_assert_eq!(found, Recent::Entries(expected.clone()));
                    if let Some(fewer) = expected.len().checked_sub(1) {
                        prop_assert_eq!(ring.after(user, Position(after), fewer), Recent::TooMuch);
                    }
                }
            }
            prop_assert!(ring.slots.len() <= most && ring.latest.len() <= 2 * most);
        }
    }
}
