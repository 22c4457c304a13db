//! What operators do with endpoints.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind};
use sixin_domain::webhook::event_type::{EventError, EventFilter};
use sixin_domain::webhook::receiver_url::{ReceiverUrl, ReceiverUrlError};
use thiserror::Error;

use super::ports::{
    EndpointAdmin, EndpointChange, NewEndpoint, Parked, ParkedEvent, PostFailure, Posted, Poster,
};
use super::posting::post_to;
use super::signing::{self, SigningError};
use crate::access::ports::AppKeys;
use crate::ports::{Clock, SecretSource, StoreError};

/// How many requests to one receiver may be under way at a time, if the operator says nothing.
pub const DEFAULT_IN_FLIGHT: usize = 16;
/// And at most.
pub const MOST_IN_FLIGHT: usize = 256;
/// For how long the former secret is signed with too, if the operator says nothing: a day.
pub const DEFAULT_OVERLAP_MS: i64 = 24 * 60 * 60 * 1000;
/// So many dead letters are shown at most.
const MOST_SHOWN: i64 = 1_000;

/// Why something was not done with an endpoint.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// The address.
    #[error(transparent)]
    Url(#[from] ReceiverUrlError),
    /// The events.
    #[error(transparent)]
    Events(#[from] EventError),
    /// What is signed with.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A name that nobody can see, or that turns the text around it.
    #[error(
        "the name must be one line with something to see in it and no characters that turn the text around"
    )]
    BadName,
    /// Too many requests at a time, or none.
    #[error("there must be from 1 to 256 requests at a time")]
    InFlight,
    /// Events were named for a kind that has its own.
    #[error("only a standard endpoint takes a choice of events")]
    NoChoice,
    /// Something that only a route has.
    #[error("only a rongcloud-route can be told what back ends publish")]
    NotRoute,
    /// There is no such endpoint.
    #[error("there is no webhook {0}")]
    NotFound(EndpointId),
    /// Nothing stands there.
    #[error("there is no event {0} in the log")]
    NoEvent(i64),
    /// It is not told of that.
    #[error("this webhook is not told of such events")]
    NotWanted,
    /// The test did not arrive.
    #[error("the receiver did not take the test: {0}")]
    NotTaken(PostFailure),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What an endpoint is to be.
#[derive(Debug, Clone)]
pub struct EndpointSpec {
    /// Where the receiver is.
    pub url: String,
    /// In which form it is told.
    pub kind: EndpointKind,
    /// What it is called.
    pub name: String,
    /// What it wants to hear of: names with commas between them, none for all.
    pub events: String,
    /// The app key that signs, of RongCloud's kinds.
    pub app_id: Option<String>,
    /// A secret that the receiver has already; else a fresh one is made.
    pub secret: Option<Secret>,
    /// Whether a route is told what back ends publish too.
    pub has_server_messages: bool,
    /// How many requests may be under way at a time.
    pub max_in_flight: usize,
    /// It is told what happened since then; `None`: from now on.
    pub since: Option<Millis>,
}

/// An endpoint and what is parked for it.
#[derive(Debug, Clone)]
pub struct EndpointReport {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// What is parked for it.
    pub parked: Parked,
}

/// Manages endpoints.
pub struct ManageWebhooks {
    /// Where they are kept.
    pub endpoints: Arc<dyn EndpointAdmin>,
    /// The app keys.
    pub keys: Arc<dyn AppKeys>,
    /// Reaches receivers, for tests.
    pub poster: Arc<dyn Poster>,
    /// Chance.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where receivers may be.
    pub policy: AddressPolicy,
}

impl ManageWebhooks {
    /// Adds an endpoint. Its secret, where it has one of its own, is to be shown now and never again.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn add(&self, spec: EndpointSpec) -> Result<(EndpointId, NewEndpoint), WebhookError> {
        let url = ReceiverUrl::parse(&spec.url)?;
        url.check(&self.policy)?;
        if !spec.name.is_empty() && !is_name(&spec.name) {
            return Err(WebhookError::BadName);
        }
        if !(1..=MOST_IN_FLIGHT).contains(&spec.max_in_flight) {
            return Err(WebhookError::InFlight);
        }
        if spec.has_server_messages && spec.kind != EndpointKind::RongRoute {
            return Err(WebhookError::NotRoute);
        }
        let events = EventFilter::parse(&spec.events)?;
        if spec.kind.is_rong_cloud() && events != EventFilter::default() {
            return Err(WebhookError::NoChoice);
        }
        let asked = (spec.app_id.as_deref(), spec.secret.as_ref());
        let with = (&*self.keys, &*self.secrets);
        let secret = signing::first(spec.kind.is_rong_cloud(), asked, with).await?;
        let endpoint = NewEndpoint {
            name: spec.name,
            kind: spec.kind,
            url,
            secret,
            app_id: spec.app_id,
            events,
            has_server_messages: spec.has_server_messages,
            max_in_flight: spec.max_in_flight,
            from: spec.since.map(before),
        };
        let id = self.endpoints.add(&endpoint, self.clock.now()).await?;
        Ok((id, endpoint))
    }

    /// All endpoints, and what is parked for each.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn list(&self) -> Result<Vec<EndpointReport>, WebhookError> {
        let mut reports = Vec::new();
        for endpoint in self.endpoints.list().await? {
            let parked = self.endpoints.parked(endpoint.id).await?;
            reports.push(EndpointReport { endpoint, parked });
        }
        Ok(reports)
    }

    /// One endpoint.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn find(&self, id: EndpointId) -> Result<Endpoint, WebhookError> {
        self.endpoints.find(id).await?.ok_or(WebhookError::NotFound(id))
    }

    /// Sends a receiver a test that is no event.
    ///
    /// # Errors
    /// See [`WebhookError`]; what the receiver answered is not in it.
    pub async fn test(&self, id: EndpointId) -> Result<(), WebhookError> {
        let endpoint = self.find(id).await?;
        let with = (&*self.keys, &*self.secrets);
        let post = post_to(endpoint, None, self.clock.now(), with).await?;
        match self.poster.post(post).await {
            Posted::Taken => Ok(()),
            Posted::Gone => Err(WebhookError::NotTaken(PostFailure::Status(410))),
            Posted::Failed { why, .. } => Err(WebhookError::NotTaken(why)),
        }
    }

    /// Gives a standard endpoint a fresh secret; the present one is signed with too for a while.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn rotate(&self, id: EndpointId, overlap_ms: i64) -> Result<Secret, WebhookError> {
        if self.find(id).await?.kind.is_rong_cloud() {
            return Err(SigningError::NoOwnSecret.into());
        }
        let secret = signing::fresh(&*self.secrets);
        let until = self.clock.now().plus(overlap_ms);
        self.change(id, &EndpointChange::Secret(secret.clone(), until)).await?;
        Ok(secret)
    }

    /// Has an endpoint wait, or go on.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn set_running(&self, id: EndpointId, is_running: bool) -> Result<(), WebhookError> {
        self.change(id, &if is_running { EndpointChange::Resume } else { EndpointChange::Pause }).await
    }

    /// Has an endpoint told again what happened since a time.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn replay_since(&self, id: EndpointId, since: Millis) -> Result<(), WebhookError> {
        self.change(id, &EndpointChange::Replay(before(since))).await
    }

    /// Has an endpoint told one event again, or a dead one.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn replay_one(&self, id: EndpointId, position: Position) -> Result<(), WebhookError> {
        let endpoint = self.find(id).await?;
        let entry = self.endpoints.entry(position).await?.ok_or(WebhookError::NoEvent(position.0))?;
        if !endpoint.wants(&entry.what) {
            return Err(WebhookError::NotWanted);
        }
        let event = ParkedEvent { next_at: self.clock.now(), ..ParkedEvent::untried(&entry) };
        self.found(id, self.endpoints.tell_again(id, &event).await?)
    }

    /// Events that are not tried any more, the oldest first.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn dead_letters(&self, id: EndpointId) -> Result<Vec<ParkedEvent>, WebhookError> {
        self.find(id).await?;
        Ok(self.endpoints.dead(id, MOST_SHOWN).await?)
    }

    /// Has all of them tried again, and answers how many that are.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn revive(&self, id: EndpointId) -> Result<i64, WebhookError> {
        self.find(id).await?;
        Ok(self.endpoints.revive(id, self.clock.now()).await?)
    }

    /// Forgets all of them, and answers how many that were.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn forget(&self, id: EndpointId) -> Result<i64, WebhookError> {
        self.find(id).await?;
        Ok(self.endpoints.forget_dead(id).await?)
    }

    /// Removes an endpoint and all that is parked for it.
    ///
    /// # Errors
    /// See [`WebhookError`].
    pub async fn remove(&self, id: EndpointId) -> Result<(), WebhookError> {
        self.found(id, self.endpoints.remove(id).await?)
    }

    async fn change(&self, id: EndpointId, change: &EndpointChange) -> Result<(), WebhookError> {
        self.found(id, self.endpoints.change(id, change).await?)
    }

    fn found(&self, id: EndpointId, is_found: bool) -> Result<(), WebhookError> {
        if is_found { Ok(()) } else { Err(WebhookError::NotFound(id)) }
    }
}

/// The last position before a time.
fn before(time: Millis) -> Position {
    Position::at(time).plus(-1)
}

#[cfg(test)]
mod tests;
