//! Where endpoints are kept, and how receivers are reached.

use async_trait::async_trait;
use sixin_domain::access::app_key::{AppKey, Secret};
use sixin_domain::file::StoredFile;
use sixin_domain::id::EndpointId;
use sixin_domain::log::{LogEntry, Position};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind};
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::health::{Health, OffReason};
use sixin_domain::webhook::lane::Lane;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use super::telling::Telling;
use crate::ports::StoreResult;

/// That a process may work for an endpoint, as it was when that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which.
    pub endpoint: EndpointId,
    /// The token of the process.
    pub token: String,
    /// How often an operator had it begin somewhere else.
    pub replays: i64,
}

/// What a process works for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holding {
    /// The endpoints that it holds.
    pub endpoints: Vec<Endpoint>,
    /// Those of them that it has to give back, so that others have their share.
    pub excess: Vec<EndpointId>,
}

/// How far an endpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Everything up to here was told, or is parked.
    pub cursor: Position,
    /// How it has answered.
    pub health: Health,
}

/// An event that could not be told, or that waits behind such a one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkedEvent {
    /// Where it stands in the log.
    pub position: Position,
    /// What it has to keep its place in.
    pub lane: Lane,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried again, once it is the first of its lane.
    pub next_at: Millis,
    /// When it was tried first; `None`: not yet.
    pub first_failed_at: Option<Millis>,
    /// Why the last try failed; empty before the first.
    pub last_failure: String,
    /// Whether it is not tried any more.
    pub is_dead: bool,
}

impl ParkedEvent {
    /// One that has not been tried yet: it is, as soon as it is the first of its lane.
    #[must_use]
    pub fn untried(entry: &LogEntry) -> Self {
        Self {
            position: entry.position,
            lane: Lane::of(&entry.what),
            tries: 0,
            next_at: Millis(0),
            first_failed_at: None,
            last_failure: String::new(),
            is_dead: false,
        }
    }
}

/// What is kept for those who tell receivers. What is written for an endpoint that is not held any longer, or that an operator had begin
/// somewhere else, MUST NOT be: then the answer is `false`. One that was paused keeps how far it came.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait EndpointWork: Send + Sync {
    /// The endpoints that are on and held by the process with that token, for so many milliseconds of the database's clock from now.
    /// Takes its share ([`sixin_domain::webhook::sharing`]) of those nobody holds. MUST write nothing where there is nothing to take or to
    /// renew, and let nothing go.
    async fn hold(&self, token: &str, duration_ms: i64) -> StoreResult<Holding>;

    /// Gives one of them back, which nobody works for any longer.
    async fn give_back(&self, token: &str, endpoint: EndpointId) -> StoreResult<()>;

    /// Gives all of them back.
    async fn let_go(&self, token: &str) -> StoreResult<()>;

    /// Keeps how far an endpoint is.
    async fn keep(&self, held: &Held, progress: Progress) -> StoreResult<bool>;

    /// Parks events and keeps how far the endpoint is, in one transaction. An event that is parked already stays as it is.
    async fn park(&self, held: &Held, events: &[ParkedEvent], progress: Progress) -> StoreResult<bool>;

    /// The first event of each lane that waits, at most `limit` of them.
    async fn first_parked(&self, endpoint: EndpointId, limit: i64) -> StoreResult<Vec<ParkedEvent>>;

    /// The first event of a lane that waits.
    async fn next_parked(&self, endpoint: EndpointId, lane: Lane) -> StoreResult<Option<ParkedEvent>>;

    /// Where parked events stand after a position, whether they wait or are dead; at most `limit` of them, in order.
    async fn parked_after(
        &self,
        endpoint: EndpointId,
        after: Position,
        limit: i64,
    ) -> StoreResult<Vec<Position>>;

    /// A parked event was told: it is not kept any longer.
    async fn unpark(&self, held: &Held, position: Position) -> StoreResult<bool>;

    /// A parked event has failed again.
    async fn repark(&self, held: &Held, event: &ParkedEvent) -> StoreResult<bool>;

    /// All that waits may be tried at once.
    async fn hurry(&self, held: &Held, now: Millis) -> StoreResult<bool>;

    /// Switches an endpoint off, and tells that as an event.
    async fn switch_off(&self, held: &Held, reason: OffReason, progress: Progress) -> StoreResult<bool>;

    /// How many events stand in the log after a position, counted up to `most`.
    async fn backlog(&self, after: Position, most: i64) -> StoreResult<i64>;

    /// How many events of an endpoint wait.
    async fn waiting(&self, endpoint: EndpointId) -> StoreResult<i64>;
}

/// An endpoint that is to be.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// What the operator calls it.
    pub name: String,
    /// In which form it is told.
    pub kind: EndpointKind,
    /// Where it is.
    pub url: ReceiverUrl,
    /// What is signed with; empty of RongCloud's kinds.
    pub secret: Secret,
    /// The app key whose secret signs, of RongCloud's kinds.
    pub app_id: Option<String>,
    /// What it wants to hear of.
    pub events: EventFilter,
    /// Whether a route is told what back ends publish too.
    pub has_server_messages: bool,
    /// How many requests may be under way at a time.
    pub max_in_flight: usize,
    /// It is told what comes after this; `None`: from now on.
    pub from: Option<Position>,
}

/// A change of an endpoint by an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndpointChange {
    /// It has another secret; the former one is signed with too until then.
    Secret(Secret, Millis),
    /// It waits.
    Pause,
    /// It goes on where it was, and whatever it did before is forgotten.
    Resume,
    /// It is told again what comes after a position.
    Replay(Position),
}

/// What is parked for an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parked {
    /// How many events wait for another try.
    pub waiting: i64,
    /// How many are not tried any more.
    pub dead: i64,
    /// Why the one of them failed that failed for the first time last; `None`: none has been tried.
    pub last_failure: Option<String>,
}

/// What operators do with endpoints. Every change MUST move the generation on, and those that have one begin anew its replays.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait EndpointAdmin: Send + Sync {
    /// Adds one, and answers its number.
    async fn add(&self, endpoint: &NewEndpoint, at: Millis) -> StoreResult<EndpointId>;

    /// All of them, in the order of their numbers.
    async fn list(&self) -> StoreResult<Vec<Endpoint>>;

    /// One of them.
    async fn find(&self, id: EndpointId) -> StoreResult<Option<Endpoint>>;

    /// Changes one; `false` if there is none of that number.
    async fn change(&self, id: EndpointId, change: &EndpointChange) -> StoreResult<bool>;

    /// Removes one and what is parked for it; `false` if there is none.
    async fn remove(&self, id: EndpointId) -> StoreResult<bool>;

    /// Parks an event, to be told as soon as its lane lets it; one that is parked already is tried again.
    async fn tell_again(&self, id: EndpointId, event: &ParkedEvent) -> StoreResult<bool>;

    /// Events that are not tried any more, the oldest first.
    async fn dead(&self, id: EndpointId, limit: i64) -> StoreResult<Vec<ParkedEvent>>;

    /// Has all of them tried again, and answers how many that are.
    async fn revive(&self, id: EndpointId, now: Millis) -> StoreResult<i64>;

    /// Forgets all of them, and answers how many that were.
    async fn forget_dead(&self, id: EndpointId) -> StoreResult<i64>;

    /// What is parked for one.
    async fn parked(&self, id: EndpointId) -> StoreResult<Parked>;

    /// The entry of the log at a position.
    async fn entry(&self, position: Position) -> StoreResult<Option<LogEntry>>;
}

/// Why a receiver did not take what it was sent. Never what it answered: that is for its owner alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostFailure {
    /// It answered so.
    #[error("it answered {0}")]
    Status(u16),
    /// It did not answer in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// There was no connection, or it broke.
    #[error("it could not be reached")]
    Unreachable,
    /// It is where nobody is connected to.
    #[error("its address is not one that may be connected to (webhooks.allow)")]
    Forbidden,
    /// Its certificate is for another name.
    #[error("its certificate is for another name")]
    OtherName,
    /// The time of its certificate is over.
    #[error("its certificate has expired")]
    Expired,
    /// Nobody who is trusted has signed its certificate.
    #[error("its certificate is signed by nobody who is trusted (webhooks.ca_file)")]
    UnknownIssuer,
    /// Its certificate can't be trusted for another reason.
    #[error("its certificate can't be trusted")]
    Untrusted,
    /// There is no app key, or none that is on, to sign with.
    #[error("its app key is not there or not on")]
    NoKey,
    /// Its own secret is none.
    #[error("its secret can't be used")]
    NoSecret,
}

/// How a receiver has taken what it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// Well.
    Taken,
    /// It is gone for good.
    Gone,
    /// Not.
    Failed {
        /// Why.
        why: PostFailure,
        /// For how long it wants to be left alone, in milliseconds.
        retry_after_ms: Option<i64>,
    },
}

/// What is sent.
#[derive(Debug, Clone)]
pub struct Post {
    /// To whom.
    pub endpoint: Endpoint,
    /// The app key that signs, of RongCloud's kinds.
    pub key: Option<AppKey>,
    /// What: several only where the kind takes several. `None` stands for a test without an event.
    pub tellings: Option<Vec<Telling>>,
    /// The time of this try.
    pub at: Millis,
    /// A number nobody can guess, for those signatures that need one.
    pub nonce: String,
}

/// Reaches receivers.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Poster: Send + Sync {
    /// Sends once. MUST connect only to addresses that the operator allows, follow nothing, read a bounded answer, and end in the time
    /// its kind has.
    async fn post(&self, post: Post) -> Posted;
}

/// Where files are, as those find them who are told.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait FileAddresses: Send + Sync {
    /// The address of a file.
    fn address(&self, file: &StoredFile, settings: &Settings) -> String;
}
