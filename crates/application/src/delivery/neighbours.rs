//! What the processes of a site tell each other at once. None of it is needed for what is kept: that stands in the log, which
//! every process reads anyway (docs/design.md#delivery).

use std::sync::Arc;

use sixin_domain::event::Event;
use sixin_domain::id::UserId;
use sixin_domain::log::{Audience, Commit, Position};

use super::follower::Follower;
use super::listeners::Signal;
use super::ports::LiveSignals;

/// Of more users than this a hint names none.
const MOST_USERS: usize = 500;

/// Whom something concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concerned {
    /// These, in order and each once.
    Users(Vec<UserId>),
    /// Maybe anybody.
    Anybody,
}

/// That a process has committed something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where the log ended then; `None` if that is not known.
    pub until: Option<Position>,
    /// Whom it concerns.
    pub concerned: Concerned,
}

impl Hint {
    /// What there is to tell of a commit.
    #[must_use]
    pub fn of(commit: &Commit) -> Self {
        let until = commit.span.map(|span| span.last);
        let mut users = Vec::new();
        for event in &commit.events {
            // The sessions of an account may be anybody's.
            if let Event::SessionsEnded { user: None, .. } = event {
                return Self { until, concerned: Concerned::Anybody };
            }
            users.extend(Audience::of(event).users());
        }
        Self { until, concerned: Concerned::users(users) }
    }

    /// Both in one.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let concerned = match (self.concerned, other.concerned) {
            (Concerned::Users(mut users), Concerned::Users(others)) => {
                users.extend(others);
                Concerned::users(users)
            }
            _ => Concerned::Anybody,
        };
        Self { until: self.until.zip(other.until).map(|(one, other)| one.max(other)), concerned }
    }
}

impl Concerned {
    fn users(mut users: Vec<UserId>) -> Self {
        users.sort_unstable_by_key(|user| user.0);
        users.dedup();
        if users.len() > MOST_USERS { Self::Anybody } else { Self::Users(users) }
    }
}

/// The other processes of the site.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Neighbours: Send + Sync {
    /// Whether they are reached, as far as is known.
    fn are_reached(&self) -> bool;

    /// Tells them something that is live only. It may be lost. MUST return at once.
    fn signal(&self, users: &[UserId], signal: &Signal);
}

/// Hears of the other processes.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait NeighbourListener: Send + Sync {
    /// Whether hints come from now on. They may be lost all the same, and be told twice.
    fn reached(&self, are_reached: bool);

    /// Another process has committed something.
    fn hinted(&self, hint: &Hint);

    /// Something that is live only was said in another process.
    fn signalled(&self, users: &[UserId], signal: &Signal);
}

/// Those who are connected to any process of the site.
pub struct SignalsEverywhere {
    /// To this one.
    pub here: Arc<Follower>,
    /// To the others.
    pub neighbours: Arc<dyn Neighbours>,
}

impl LiveSignals for SignalsEverywhere {
    fn may_be_connected(&self, user: UserId) -> bool {
        self.neighbours.are_reached() || self.here.may_be_connected(user)
    }

    fn signal(&self, users: &[UserId], signal: &Signal) {
        self.here.signal(users, signal);
        self.neighbours.signal(users, signal);
    }
}

#[cfg(test)]
mod tests {
    use sixin_domain::id::AccountId;
    use sixin_domain::log::Span;

    use super::*;
    use crate::delivery::testing::{FakeLog, at};

    fn users(ids: &[i64]) -> Concerned {
        Concerned::Users(ids.iter().copied().map(UserId).collect())
    }

    #[test]
    fn a_hint_names_whom_a_commit_concerns() {
        let log = FakeLog::new();
        let commit = log.commit(vec![log.message(1, 5, 2, "hi"), Event::ProfileChanged(UserId(5))]);
        assert_eq!(Hint::of(&commit), Hint { until: Some(at(2)), concerned: users(&[2, 5]) });
        let found_late = Hint::of(&Commit { span: None, ..commit.clone() });
        assert_eq!(found_late.until, None);
        let later = Hint { until: Some(at(9)), concerned: users(&[3]) };
        let both = Hint::of(&commit).and(later.clone());
        assert_eq!(both, Hint { until: Some(at(9)), concerned: users(&[2, 3, 5]) });
        assert_eq!(found_late.and(later).until, None, "what has no place may be behind any");
    }

    #[test]
    fn of_very_many_it_names_none() {
        let events =
            |range: std::ops::Range<i64>| range.map(|user| Event::ProfileChanged(UserId(user))).collect();
        let span = Some(Span { previous: at(0), last: at(9) });
        let all = Hint::of(&Commit { span, events: events(0..501), messages: Vec::new() });
        assert_eq!(all.concerned, Concerned::Anybody);
        let half = |range| Hint::of(&Commit { span, events: events(range), messages: Vec::new() });
        assert_eq!(half(0..300).and(half(300..600)).concerned, Concerned::Anybody);
        let account = Event::SessionsEnded { account: Some(AccountId(1)), user: None, platform: None };
        assert_eq!(
            Hint::of(&Commit { span, events: vec![account], messages: Vec::new() }).concerned,
            Concerned::Anybody
        );
    }

    #[tokio::test]
    async fn what_is_live_only_is_said_everywhere() {
        let here = FakeLog::new().follower(10).await;
        let (_, waker) = here.add(UserId(2), AccountId(1));
        let signal = Signal::Typing { from: UserId(1) };
        let mut neighbours = MockNeighbours::new();
        let said = signal.clone();
        neighbours
            .expect_signal()
            .once()
            .withf(move |users, signal| users == [UserId(2)] && *signal == said)
            .return_const(());
        neighbours.expect_are_reached().once().return_const(true);
        neighbours.expect_are_reached().return_const(false);
        let everywhere = SignalsEverywhere { here, neighbours: Arc::new(neighbours) };
        everywhere.signal(&[UserId(2)], &signal);
        assert_eq!(waker.take_signals(), [signal]);
        assert!(everywhere.may_be_connected(UserId(7)), "to another process");
        assert!(!everywhere.may_be_connected(UserId(7)) && everywhere.may_be_connected(UserId(2)));
    }
}
