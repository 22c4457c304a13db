//! What was read of the log and is not told yet: in order within a lane, side by side otherwise.

use std::collections::{BTreeSet, HashMap, VecDeque};

use sixin_domain::log::{LogEntry, Position};
use sixin_domain::time::Millis;
use sixin_domain::webhook::lane::Lane;

#[derive(Debug, Default)]
struct Waiting {
    entries: VecDeque<LogEntry>,
    /// Whether one of the lane is under way.
    is_busy: bool,
}

/// A part of the log that is being told.
#[derive(Debug)]
pub(crate) struct Lanes {
    read_until: Position,
    unfinished: BTreeSet<Position>,
    lanes: HashMap<Lane, Waiting>,
    /// Lanes with something in them that are not busy.
    ready: VecDeque<Lane>,
}

impl Lanes {
    /// Of what comes after a position.
    pub(crate) fn after(cursor: Position) -> Self {
        Self {
            read_until: cursor,
            unfinished: BTreeSet::new(),
            lanes: HashMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// Up to here everything was read.
    pub(crate) fn read_until(&self) -> Position {
        self.read_until
    }

    /// How much is not finished.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished.len()
    }

    /// Up to here everything is finished.
    pub(crate) fn cursor(&self) -> Position {
        self.unfinished.first().map_or(self.read_until, |first| first.plus(-1))
    }

    /// Takes in what was read, and up to where.
    pub(crate) fn read(&mut self, entries: impl IntoIterator<Item = LogEntry>, until: Position) {
        for entry in entries {
            let lane = Lane::of(&entry.what);
            self.unfinished.insert(entry.position);
            let waiting = self.lanes.entry(lane).or_default();
            if waiting.entries.is_empty() && !waiting.is_busy {
                self.ready.push_back(lane);
            }
            waiting.entries.push_back(entry);
        }
        self.read_until = self.read_until.max(until);
    }

    /// The next entry that may be told, whose lane is busy from now on.
    pub(crate) fn next(&mut self) -> Option<LogEntry> {
        while let Some(lane) = self.ready.pop_front() {
            if let Some(waiting) = self.lanes.get_mut(&lane)
                && let Some(entry) = waiting.entries.pop_front()
            {
                waiting.is_busy = true;
                return Some(entry);
            }
        }
        None
    }

    /// An entry that was handed out is not under way any longer: the next of its lane may be.
    pub(crate) fn free(&mut self, entry: &LogEntry) {
        let lane = Lane::of(&entry.what);
        let Some(waiting) = self.lanes.get_mut(&lane) else { return };
        waiting.is_busy = false;
        if waiting.entries.is_empty() {
            self.lanes.remove(&lane);
        } else {
            self.ready.push_back(lane);
        }
    }

    /// An entry that was handed out has to be told after all.
    pub(crate) fn put_back(&mut self, entry: LogEntry) {
        let lane = Lane::of(&entry.what);
        let waiting = self.lanes.entry(lane).or_default();
        waiting.entries.push_front(entry);
        waiting.is_busy = false;
        self.ready.push_front(lane);
    }

    /// Entries of one lane, in order, have to be told after all.
    pub(crate) fn put_back_all(&mut self, entries: Vec<LogEntry>) {
        let Some(first) = entries.first().cloned() else { return };
        self.leave(entries);
        self.free(&first);
    }

    /// Entries of one lane, in order, stay: they are told once the lane is not busy.
    pub(crate) fn leave(&mut self, entries: Vec<LogEntry>) {
        for entry in entries.into_iter().rev() {
            self.lanes.entry(Lane::of(&entry.what)).or_default().entries.push_front(entry);
        }
    }

    /// Of at most so many lanes that are due, by where their oldest and newest entries stand, all entries up to a position. These lanes are
    /// busy from now on.
    pub(crate) fn bursts(
        &mut self,
        most: usize,
        is_due: impl Fn(Position, Position) -> bool,
        until: Position,
    ) -> Vec<Vec<LogEntry>> {
        let mut bursts = Vec::new();
        for _ in 0..self.ready.len() {
            if bursts.len() >= most {
                break;
            }
            let Some(lane) = self.ready.pop_front() else { break };
            let Some(waiting) = self.lanes.get_mut(&lane) else { continue };
            let ends = waiting.entries.front().zip(waiting.entries.back());
            if ends.is_some_and(|(oldest, newest)| is_due(oldest.position, newest.position)) {
                let ripe = waiting.entries.partition_point(|entry| entry.position <= until);
                if ripe > 0 {
                    bursts.push(waiting.entries.drain(..ripe).collect());
                    waiting.is_busy = true;
                    continue;
                }
            }
            self.ready.push_back(lane);
        }
        bursts
    }

    /// When the first lane is due that is not busy.
    pub(crate) fn next_due(&self, due: impl Fn(Position, Position) -> Millis) -> Option<Millis> {
        let ends = self.ready.iter().filter_map(|lane| {
            let entries = &self.lanes.get(lane)?.entries;
            entries.front().zip(entries.back())
        });
        ends.map(|(oldest, newest)| due(oldest.position, newest.position)).min()
    }

    /// What stands there is told, or parked.
    pub(crate) fn finish(&mut self, position: Position) {
        self.unfinished.remove(&position);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sixin_domain::id::{MessageId, UserId};
    use sixin_domain::log::{Logged, LoggedMessage};

    fn entry(position: i64, user: i64) -> LogEntry {
        let message = LoggedMessage {
            id: MessageId(position),
            sender: UserId(user),
            recipient: UserId(99),
            is_kept: true,
        };
        LogEntry { position: Position(position), what: Logged::Message(message) }
    }

    #[test]
    fn a_lane_has_one_entry_under_way_and_others_go_on() {
        let mut lanes = Lanes::after(Position(0));
        lanes.read([entry(1, 1), entry(2, 1), entry(3, 2)], Position(5));
        let (first, other) = (lanes.next().unwrap(), lanes.next().unwrap());
        assert_eq!((first.position.0, other.position.0), (1, 3));
        assert_eq!(lanes.next(), None);
        lanes.free(&first);
        lanes.finish(first.position);
        assert_eq!(lanes.next().map(|entry| entry.position.0), Some(2));
    }

    #[test]
    fn the_cursor_stands_before_the_first_that_is_unfinished() {
        let mut lanes = Lanes::after(Position(0));
        lanes.read([entry(10, 1), entry(20, 2)], Position(25));
        lanes.finish(Position(20));
        assert_eq!(lanes.cursor(), Position(9));
        lanes.finish(Position(10));
        assert_eq!(lanes.cursor(), Position(25));
    }

    proptest! {
        #[test]
        fn whatever_comes_back_each_lane_is_told_in_order_and_nothing_twice(
            users in proptest::collection::vec(1_i64..4, 1..40),
            choices in proptest::collection::vec((any::<usize>(), any::<bool>()), 0..200),
        ) {
            let mut lanes = Lanes::after(Position(0));
            let count = i64::try_from(users.len()).unwrap();
            lanes.read((1..).zip(&users).map(|(position, user)| entry(position, *user)), Position(count));
            let (mut under_way, mut told) = (Vec::new(), Vec::new());
            let mut choices = choices.into_iter();
            loop {
                under_way.extend(std::iter::from_fn(|| lanes.next()));
                if under_way.is_empty() {
                    break;
                }
                let (index, comes_back) = choices.next().unwrap_or((0, false));
                let entry = under_way.swap_remove(index % under_way.len());
                if comes_back {
                    lanes.put_back(entry);
                } else {
                    lanes.free(&entry);
                    lanes.finish(entry.position);
                    told.push(entry);
                }
            }
            prop_assert_eq!(told.len(), users.len());
            prop_assert_eq!(lanes.cursor(), Position(count));
            for lane in 1..4 {
                let of_lane: Vec<_> =
                    told.iter().filter(|entry| Lane::of(&entry.what).a.0 == lane).map(|entry| entry.position).collect();
                prop_assert!(of_lane.is_sorted());
            }
        }
    }
}
