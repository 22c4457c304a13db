//! Endpoints in memory and a receiver that does what a test wants, for the tests of those who tell.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::message::body::Body;
use sixin_domain::push::Burst;
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind, EndpointState};
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::health::{Health, OffReason};
use sixin_domain::webhook::lane::Lane;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_domain::webhook::retry::RetrySchedule;

use super::ports::{
    EndpointWork, Held, Holding, MockFileAddresses, ParkedEvent, Post, PostFailure, Posted, Poster, Progress,
};
use super::telling::Teller;
use super::worker::Tools;
use crate::access::ports::MockAppKeys;
use crate::delivery::testing::{FakeLog, NOW, at};
use crate::messages::read_history::{HistoryMessage, MockReadHistory};
use crate::ports::{MockClock, MockSecretSource, StoreError, StoreResult};
use crate::push::gathering::PushTeller;
use crate::push::ports::{MockPushLookup, Wishes};
use crate::site::ports::MockSettingSource;
use crate::users::ports::MockUsers;

pub(crate) const TOKEN: &str = "this process";

/// An endpoint that is told what comes after the beginning of a [`FakeLog`].
pub(crate) fn endpoint(max_in_flight: usize) -> Endpoint {
    Endpoint {
        id: EndpointId(1),
        name: String::new(),
        kind: EndpointKind::Standard,
        url: ReceiverUrl::parse("https://app.example/").unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        former: None,
        app_id: None,
        events: EventFilter::default(),
        has_server_messages: false,
        max_in_flight,
        state: EndpointState::On,
        health: Health::default(),
        cursor: at(0),
        generation: 0,
        replays: 0,
    }
}

/// What is kept of one endpoint.
#[derive(Default)]
pub(crate) struct Kept {
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) parked: BTreeMap<Position, ParkedEvent>,
    pub(crate) cursor: Option<Position>,
    pub(crate) health: Health,
    pub(crate) writes: usize,
    pub(crate) off: Option<OffReason>,
    pub(crate) is_lost: bool,
    /// Whether others are to have it.
    pub(crate) is_excess: bool,
    pub(crate) given_back: usize,
    /// So many writes and looks fail yet.
    pub(crate) failing: usize,
}

/// Keeps one endpoint in memory.
#[derive(Default)]
pub(crate) struct FakeWork(pub(crate) Mutex<Kept>);

impl FakeWork {
    fn write(&self, write: impl FnOnce(&mut Kept)) -> StoreResult<bool> {
        let mut kept = self.0.lock().unwrap();
        if kept.failing > 0 {
            kept.failing -= 1;
            return Err(StoreError::Unavailable("away".into()));
        }
        kept.writes += 1;
        if !kept.is_lost {
            write(&mut kept);
        }
        Ok(!kept.is_lost)
    }

    pub(crate) fn parked(&self) -> usize {
        self.0.lock().unwrap().parked.len()
    }
}

#[async_trait]
impl EndpointWork for FakeWork {
    async fn hold(&self, _: &str, _: i64) -> StoreResult<Holding> {
        let mut kept = self.0.lock().unwrap();
        if kept.failing > 0 {
            kept.failing -= 1;
            return Err(StoreError::Unavailable("away".into()));
        }
        let endpoints: Vec<_> = kept.endpoint.clone().filter(|_| !kept.is_lost).into_iter().collect();
        let excess = endpoints.iter().filter(|_| kept.is_excess).map(|endpoint| endpoint.id).collect();
        Ok(Holding { endpoints, excess })
    }

    async fn give_back(&self, _: &str, _: EndpointId) -> StoreResult<()> {
        self.write(|kept| (kept.endpoint, kept.given_back) = (None, kept.given_back + 1)).map(drop)
    }

    async fn let_go(&self, _: &str) -> StoreResult<()> {
        self.write(|kept| kept.endpoint = None).map(drop)
    }

    async fn keep(&self, _: &Held, progress: Progress) -> StoreResult<bool> {
        self.write(|kept| (kept.cursor, kept.health) = (Some(progress.cursor), progress.health))
    }

    async fn park(&self, _: &Held, events: &[ParkedEvent], progress: Progress) -> StoreResult<bool> {
        self.write(|kept| {
            kept.cursor = Some(progress.cursor);
            for event in events {
                kept.parked.entry(event.position).or_insert_with(|| event.clone());
            }
        })
    }

    async fn first_parked(&self, _: EndpointId, _: i64) -> StoreResult<Vec<ParkedEvent>> {
        let kept = self.0.lock().unwrap();
        let mut first: BTreeMap<Lane, ParkedEvent> = BTreeMap::new();
        for event in kept.parked.values().filter(|event| !event.is_dead) {
            first.entry(event.lane).or_insert_with(|| event.clone());
        }
        Ok(first.into_values().collect())
    }

    async fn next_parked(&self, _: EndpointId, lane: Lane) -> StoreResult<Option<ParkedEvent>> {
        let kept = self.0.lock().unwrap();
        Ok(kept.parked.values().find(|event| event.lane == lane && !event.is_dead).cloned())
    }

    async fn parked_after(&self, _: EndpointId, after: Position, _: i64) -> StoreResult<Vec<Position>> {
        let kept = self.0.lock().unwrap();
        Ok(kept.parked.keys().filter(|position| **position > after).copied().collect())
    }

    async fn unpark(&self, _: &Held, position: Position) -> StoreResult<bool> {
        self.write(|kept| drop(kept.parked.remove(&position)))
    }

    async fn repark(&self, _: &Held, event: &ParkedEvent) -> StoreResult<bool> {
        self.write(|kept| drop(kept.parked.insert(event.position, event.clone())))
    }

    async fn hurry(&self, _: &Held, now: Millis) -> StoreResult<bool> {
        self.write(|kept| kept.parked.values_mut().for_each(|event| event.next_at = event.next_at.min(now)))
    }

    async fn switch_off(&self, _: &Held, reason: OffReason, _: Progress) -> StoreResult<bool> {
        self.write(|kept| kept.off = Some(reason))
    }

    async fn backlog(&self, _: Position, _: i64) -> StoreResult<i64> {
        Ok(0)
    }

    async fn waiting(&self, _: EndpointId) -> StoreResult<i64> {
        Ok(0)
    }
}

type Decide = dyn Fn(&str, usize) -> Posted + Send + Sync;

/// A receiver that takes a hundredth of a second for each request.
pub(crate) struct FakeReceiver {
    decide: Box<Decide>,
    /// Texts that came, and whether they were taken.
    pub(crate) came: Mutex<Vec<(String, bool)>>,
    /// How many were under way at a time, at most.
    pub(crate) most: Mutex<(usize, usize)>,
}

impl FakeReceiver {
    /// One that decides about each text; it is told how many came before.
    pub(crate) fn new(decide: impl Fn(&str, usize) -> Posted + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { decide: Box::new(decide), came: Mutex::default(), most: Mutex::default() })
    }

    pub(crate) fn taken(&self) -> Vec<String> {
        let came = self.came.lock().unwrap();
        came.iter().filter(|(_, is_taken)| *is_taken).map(|(text, _)| text.clone()).collect()
    }

    pub(crate) fn came(&self) -> usize {
        self.came.lock().unwrap().len()
    }
}

pub(crate) fn failed() -> Posted {
    Posted::Failed { why: PostFailure::Status(500), retry_after_ms: None }
}

#[async_trait]
impl Poster for FakeReceiver {
    async fn post(&self, post: Post) -> Posted {
        {
            let mut most = self.most.lock().unwrap();
            most.0 += 1;
            most.1 = most.1.max(most.0);
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        self.most.lock().unwrap().0 -= 1;
        let told = post.tellings.unwrap().remove(0);
        let pushed = told.push.as_ref().map(|requested| requested.push.text("en", false));
        let text = match told.message.map(|message| message.delivered.message.body.clone()) {
            Some(Body::Text(text)) => text,
            None if pushed.is_some() => pushed.unwrap(),
            other => format!("{other:?}"),
        };
        let mut came = self.came.lock().unwrap();
        let posted = (self.decide)(&text, came.len());
        came.push((text, posted == Posted::Taken));
        posted
    }
}

/// What gathers pushes where users are called after their numbers and want everything.
pub(crate) fn pushes(log: &Arc<FakeLog>) -> PushTeller {
    let mut users = MockUsers::new();
    users.expect_find_numbered().returning(|ids| {
        Ok(ids.iter().map(|id| crate::testing::user(id.0, &format!("user{}", id.0))).collect())
    });
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::new(Settings::default())));
    let mut facts = MockPushLookup::new();
    facts.expect_devices().returning(|_, _| Ok(HashMap::new()));
    facts.expect_unread().returning(|users| Ok(users.iter().map(|user| (*user, 4)).collect()));
    facts.expect_wishes().returning(|directions| {
        Ok(directions.iter().map(|direction| (*direction, Wishes::default())).collect())
    });
    PushTeller {
        log: log.clone(),
        users: Arc::new(users),
        store: Arc::new(facts),
        settings: Arc::new(settings),
        burst: Burst::of_grace(2_000),
        has_only_devices: false,
    }
}

/// What a worker works with, on a clock that goes with that of tokio.
pub(crate) fn tools(log: &Arc<FakeLog>, work: &Arc<FakeWork>, receiver: &Arc<FakeReceiver>) -> Tools {
    let begun = tokio::time::Instant::now();
    let now = move || NOW.plus(i64::try_from(begun.elapsed().as_millis()).unwrap());
    let mut clock = MockClock::new();
    clock.expect_now().returning(now);
    clock.expect_steady().returning(now);
    let mut secrets = MockSecretSource::new();
    secrets.expect_number().return_const(100_500_i64);
    let mut history = MockReadHistory::new();
    history.expect_shown_to().returning(|_, messages| {
        let shown = |message| HistoryMessage { message, is_own: false, expansion: None };
        Ok(messages.into_iter().map(shown).collect())
    });
    let users = || {
        let mut users = MockUsers::new();
        users.expect_find_numbered().returning(|_| Ok(Vec::new()));
        Arc::new(users)
    };
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::new(Settings::default())));
    Tools {
        log: log.clone(),
        work: work.clone(),
        keys: Arc::new(MockAppKeys::new()),
        teller: Teller {
            log: log.clone(),
            history: Arc::new(history),
            users: users(),
            fresh_users: users(),
            settings: Arc::new(settings),
            addresses: Arc::new(MockFileAddresses::new()),
        },
        pushes: pushes(log),
        poster: receiver.clone(),
        clock: Arc::new(clock),
        secrets: Arc::new(secrets),
        schedule: RetrySchedule::new(vec![5_000, 60_000, 60_000]).unwrap(),
    }
}

/// Stores so many messages from a user to user 99; their texts.
pub(crate) fn store(log: &FakeLog, sender: i64, count: i64) -> Vec<String> {
    let first = i64::try_from(log.kept.lock().unwrap().messages.len()).unwrap();
    let texts: Vec<String> = (0..count).map(|number| format!("{sender}: {}", first + number)).collect();
    for (id, text) in (first + 1..).zip(&texts) {
        log.commit(vec![log.message(id, sender, 99, text)]);
    }
    texts
}
