//! A stream with its guest: what the three doors have in common.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::delivery::stream::{LiveStream, News, Step};
use sixin_domain::id::UserId;
use sixin_domain::log::Cursor;
use sixin_domain::time::Millis;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::Live;
use super::dialect::{Frame, LiveVoice};
use super::gate::Draining;

/// The pause after the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);

/// What there is to show.
#[derive(Debug)]
pub(crate) enum Turn {
    /// Frames, and where the stream is after them.
    Frames { frames: Vec<Frame>, cursor: Cursor, has_caught_up: bool },
    /// Read the lists anew, and go on from here.
    Reset(Cursor),
    /// Nothing has happened for a while.
    Idle(Cursor),
    /// That was all.
    Over(Ending),
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// What it was let in by does not hold any longer.
    SessionEnded,
    /// The user has opened too many others.
    Replaced,
    /// The server stops; come back after so many milliseconds.
    Restart(u64),
}

/// Whose coming and going a stream shows.
#[derive(Default)]
pub(crate) struct Watches {
    users: RefCell<Vec<UserId>>,
    have_changed: Notify,
}

impl Watches {
    /// From now on these, and nobody else's.
    pub(crate) fn set(&self, users: Vec<UserId>) {
        *self.users.borrow_mut() = users;
        self.have_changed.notify_one();
    }
}

/// A stream with its guest.
pub(crate) struct LiveSession {
    live: Live,
    stream: LiveStream,
    guest: Rc<LiveGuest>,
    voice: Rc<dyn LiveVoice>,
    /// Up to here everything was handed to the door.
    shown: Cursor,
    watches: Rc<Watches>,
    drain: Draining,
    leaves_at: Option<Instant>,
    /// When everybody has left.
    drained_at: Option<Instant>,
    ends_at: Option<Instant>,
    heartbeat: Instant,
}

impl LiveSession {
    pub(crate) fn new(live: Live, guest: LiveGuest, voice: Rc<dyn LiveVoice>, after: Option<Cursor>) -> Self {
        if let Some(cursor) = &after {
            // Whoever goes on after something has what comes before it.
            live.api.acks.acknowledge(guest.viewer.user.id, cursor);
        }
        let stream = live.api.streams.open(guest.owner(live.api.clock.now()), after);
        let drain = live.api.gate.draining();
        let mut session = Self {
            shown: stream.cursor().clone(),
            live,
            stream,
            watches: Rc::default(),
            guest: Rc::new(guest),
            voice,
            drain,
            leaves_at: None,
            drained_at: None,
            ends_at: None,
            heartbeat: Instant::now(),
        };
        session.note_end();
        session.put_heartbeat_off();
        session
    }

    /// Shows the coming and going of these users.
    pub(crate) fn watching(self, users: Vec<UserId>) -> Self {
        *self.watches.users.borrow_mut() = users;
        self.watch();
        self
    }

    /// Where a door says whom to watch from now on.
    pub(crate) fn watches(&self) -> Rc<Watches> {
        Rc::clone(&self.watches)
    }

    fn watch(&self) {
        self.stream.watch(self.watches.users.borrow().clone());
    }

    pub(crate) fn guest(&self) -> Rc<LiveGuest> {
        Rc::clone(&self.guest)
    }

    pub(crate) fn voice(&self) -> Rc<dyn LiveVoice> {
        Rc::clone(&self.voice)
    }

    /// Up to here everything was handed to the door.
    pub(crate) fn cursor(&self) -> &Cursor {
        &self.shown
    }

    /// When what the guest was let in by runs out.
    fn note_end(&mut self) {
        let now: Millis = self.live.api.clock.now();
        self.ends_at = self.guest.ends_at.map(|end| {
            let left = u64::try_from(end.since(now)).unwrap_or(0);
            // A session may last for ever, a timer can't.
            Instant::now() + Duration::from_millis(left).min(Duration::from_secs(30 * 24 * 3600))
        });
    }

    fn put_heartbeat_off(&mut self) {
        let beat = self.live.api.gate.limits().heartbeat;
        self.heartbeat = Instant::now() + beat * 3 / 4 + self.live.random(beat / 2);
    }

    /// What comes next. Takes the session along, since it must not be dropped halfway: what it has taken from the stream would
    /// be lost.
    pub(crate) async fn turn(mut self: Box<Self>) -> (Box<Self>, Turn) {
        loop {
            let alarm =
                [self.leaves_at, self.ends_at].into_iter().flatten().fold(self.heartbeat, Instant::min);
            tokio::select! {
                step = self.stream.next() => {
                    if let Some(turn) = self.step(step).await {
                        self.put_heartbeat_off();
                        return (self, turn);
                    }
                }
                () = sleep_until(alarm) => {
                    if let Some(turn) = self.alarm().await {
                        return (self, turn);
                    }
                }
                () = self.watches.have_changed.notified() => self.watch(),
                Some(spread) = self.drain.begins(), if self.leaves_at.is_none() => {
                    let now = Instant::now();
                    self.leaves_at = Some(now + self.live.random(spread));
                    self.drained_at = Some(now + spread);
                }
            }
        }
    }

    /// What there is at once, if anything.
    pub(crate) async fn at_once(&mut self) -> Option<Turn> {
        match self.stream.now().await {
            Ok(None) => None,
            Ok(Some(step)) => self.step(Ok(step)).await,
            Err(error) => self.step(Err(error)).await,
        }
    }

    async fn alarm(&mut self) -> Option<Turn> {
        let now = Instant::now();
        if self.leaves_at.is_some_and(|at| at <= now) {
            // Whoever came back to a server that is still stopping would have to come again.
            let drains = self.drained_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
            let after = drains + self.live.random(self.drain.returning()) + Duration::from_millis(500);
            return Some(Turn::Over(Ending::Restart(u64::try_from(after.as_millis()).unwrap_or(1000))));
        }
        if self.ends_at.is_some_and(|at| at <= now) {
            return self.look_again().await;
        }
        self.put_heartbeat_off();
        Some(Turn::Idle(self.shown.clone()))
    }

    async fn step(&mut self, step: Result<Step, sixin_application::ports::StoreError>) -> Option<Turn> {
        let failed = match step {
            Ok(Step::Replaced) => return Some(Turn::Over(Ending::Replaced)),
            Ok(Step::Check) => return self.look_again().await,
            Ok(Step::Reset(cursor)) => {
                self.shown = cursor.clone();
                return Some(Turn::Reset(cursor));
            }
            Ok(Step::News(News { items, cursor, has_caught_up })) => {
                match self.voice.frames(&self.guest, items).await {
                    Ok(frames) => {
                        self.shown = cursor.clone();
                        let has_news = !frames.is_empty() || has_caught_up;
                        return has_news.then_some(Turn::Frames { frames, cursor, has_caught_up });
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        tracing::warn!(error = %failed, "a live stream waits for the database");
        sleep(PAUSE).await;
        self.go_back();
        None
    }

    /// Begins anew after what was shown last.
    fn go_back(&mut self) {
        let owner = self.guest.owner(self.live.api.clock.now());
        self.stream = self.live.api.streams.open(owner, Some(self.shown.clone()));
        self.watch();
    }

    /// Whether what the guest was let in by still holds.
    async fn look_again(&mut self) -> Option<Turn> {
        loop {
            match self.live.api.passes.look_again(&self.guest.pass).await {
                Ok(guest) => {
                    self.guest = Rc::new(guest);
                    self.note_end();
                    return None;
                }
                Err(PassRefusal::Store(error)) => {
                    tracing::warn!(%error, "whether a live stream may go on can't be read; it waits");
                    sleep(PAUSE).await;
                }
                Err(_) => return Some(Turn::Over(Ending::SessionEnded)),
            }
        }
    }
}
