//! Events that wait for another try, and those behind them.

use std::collections::HashMap;

use sixin_domain::time::Millis;
use sixin_domain::webhook::lane::Lane;

use crate::webhooks::ports::ParkedEvent;

/// The first waiting event of each lane that has any; those behind it are in the store.
#[derive(Debug, Default)]
pub(super) struct ParkedLanes(HashMap<Lane, First>);

#[derive(Debug)]
struct First {
    event: ParkedEvent,
    is_under_way: bool,
}

impl ParkedLanes {
    /// Those with these first ones.
    pub(super) fn of(firsts: Vec<ParkedEvent>) -> Self {
        let first = |event: ParkedEvent| (event.lane, First { event, is_under_way: false });
        Self(firsts.into_iter().map(first).collect())
    }

    pub(super) fn has(&self, lane: Lane) -> bool {
        self.0.contains_key(&lane)
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// An event was parked; it is the first of its lane if there is none.
    pub(super) fn add(&mut self, event: ParkedEvent) {
        self.0.entry(event.lane).or_insert(First { event, is_under_way: false });
    }

    /// What is due, the oldest first.
    pub(super) fn due(&self, now: Millis) -> Vec<ParkedEvent> {
        let due = self.0.values().filter(|first| !first.is_under_way && first.event.next_at <= now);
        let mut due: Vec<_> = due.map(|first| first.event.clone()).collect();
        due.sort_unstable_by_key(|event| event.position);
        due
    }

    /// When the next one is due.
    pub(super) fn next_due(&self) -> Option<Millis> {
        self.0.values().filter(|first| !first.is_under_way).map(|first| first.event.next_at).min()
    }

    /// The oldest of all.
    pub(super) fn first(&self) -> Option<ParkedEvent> {
        self.0.values().map(|first| &first.event).min_by_key(|event| event.position).cloned()
    }

    /// The first of a lane is being sent.
    pub(super) fn under_way(&mut self, lane: Lane) {
        if let Some(first) = self.0.get_mut(&lane) {
            first.is_under_way = true;
        }
    }

    /// Nothing is any longer.
    pub(super) fn none_under_way(&mut self) {
        self.0.values_mut().for_each(|first| first.is_under_way = false);
    }

    /// Another event is the first of a lane, or none is left.
    pub(super) fn replace(&mut self, lane: Lane, next: Option<ParkedEvent>) {
        match next {
            Some(event) => self.0.insert(lane, First { event, is_under_way: false }),
            None => self.0.remove(&lane),
        };
    }

    /// All may be tried at once.
    pub(super) fn hurry(&mut self, now: Millis) {
        self.0.values_mut().for_each(|first| first.event.next_at = first.event.next_at.min(now));
    }
}
