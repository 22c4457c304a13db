//! Devices are woken through the services of their platforms.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::EndpointId;
use sixin_domain::log::Position;
use sixin_domain::push::{PushDevice, PushPlatform};
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind, EndpointState};
use sixin_domain::webhook::event_type::EventFilter;
use sixin_domain::webhook::health::Health;
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use tokio::task::JoinSet;

use super::gathering::RequestedPush;
use super::ports::{PushDevices, PushService, Served};
use crate::ports::Clock;
use crate::webhooks::ports::{Post, PostFailure, Posted, Poster};

/// The number of what stands for all devices together; webhooks count from 1.
pub const DEVICES: EndpointId = EndpointId(0);
/// How many pushes may be under way at a time.
const MOST_IN_FLIGHT: usize = 256;
/// How often a push is sent to a device, and the pauses in between, if the service asks for no other.
const PAUSES_MS: [i64; 2] = [1_000, 5_000];
/// Whoever asks for more is not asked again: a conversation is held up for so long.
const LONGEST_PAUSE_MS: i64 = 30_000;

/// What stands for all devices together, so that they are told as webhooks are: one that is told whom to wake. Nobody connects to its
/// address.
#[must_use]
pub fn device_endpoint(cursor: Position) -> Option<Endpoint> {
    Some(Endpoint {
        id: DEVICES,
        name: "devices".to_owned(),
        kind: EndpointKind::Standard,
        url: ReceiverUrl::parse("https://devices.invalid/").ok()?,
        secret: Secret::new(""),
        former: None,
        app_id: None,
        events: EventFilter::of_pushes(),
        has_server_messages: true,
        max_in_flight: MOST_IN_FLIGHT,
        state: EndpointState::On,
        health: Health::default(),
        cursor,
        generation: 0,
        replays: 0,
    })
}

/// Wakes devices, as [`Poster`]. A service that fails is tried a few times and then left: what was not delivered in time is nothing
/// that anybody needs later.
pub struct DevicePoster {
    wakers: Arc<Wakers>,
}

struct Wakers {
    services: HashMap<PushPlatform, Arc<dyn PushService>>,
    devices: Arc<dyn PushDevices>,
    clock: Arc<dyn Clock>,
}

impl DevicePoster {
    /// Through these services; devices of other platforms are left to webhooks.
    pub fn new(
        services: HashMap<PushPlatform, Arc<dyn PushService>>,
        devices: Arc<dyn PushDevices>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { wakers: Arc::new(Wakers { services, devices, clock }) }
    }
}

#[async_trait]
impl Poster for DevicePoster {
    async fn post(&self, post: Post) -> Posted {
        let mut waking = JoinSet::new();
        for telling in post.tellings.into_iter().flatten() {
            let Some(requested) = telling.push else { continue };
            let id = format!("msg_{}", telling.entry.position.0);
            for device in requested.devices.clone() {
                let (wakers, requested, id) = (Arc::clone(&self.wakers), Arc::clone(&requested), id.clone());
                waking.spawn(async move { wakers.wake(&device, &requested, &id).await });
            }
        }
        while let Some(woken) = waking.join_next().await {
            if let Err(error) = woken {
                tracing::error!(%error, "waking a device has failed in itself");
                return Posted::Failed { why: PostFailure::Unreachable, retry_after_ms: None };
            }
        }
        Posted::Taken
    }
}

impl Wakers {
    async fn wake(&self, device: &PushDevice, requested: &RequestedPush, id: &str) {
        let platform = device.spec.platform;
        let Some(service) = self.services.get(&platform) else { return };
        let text = requested.text_on(device);
        let mut pauses = PAUSES_MS.into_iter();
        let outcome = loop {
            let now = self.clock.now();
            match service.send(device, &requested.push, &text, id, now).await {
                Served::Taken => break "taken",
                Served::Refused => break "refused",
                Served::Gone => {
                    self.forget(device).await;
                    break "gone";
                }
                Served::Later { after_ms } => {
                    let pause = pauses.next().map(|pause| pause.max(after_ms.unwrap_or(0)));
                    let in_time = pause.filter(|pause| {
                        *pause <= LONGEST_PAUSE_MS && now.plus(*pause) < requested.push.expires
                    });
                    let Some(pause) = in_time else { break "failed" };
                    tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
                }
            }
        };
        metrics::counter!("sixin_push_sent_total", "platform" => platform.name(), "outcome" => outcome)
            .increment(1);
    }

    async fn forget(&self, device: &PushDevice) {
        if let Err(error) = self.devices.forget_gone(device).await {
            tracing::warn!(%error, "a device that is gone could not be forgotten; the next push tries again");
        }
    }
}

#[cfg(test)]
mod tests;
