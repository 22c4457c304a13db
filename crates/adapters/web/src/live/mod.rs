//! Live streams: three doors to the same cursor (docs/live.md).
//!
//! What happens reaches whoever is connected, in the objects of its own dialect: a [`LiveDialect`] says who calls and how things
//! look, everything else is here.

mod admission;
pub mod changes;
mod commands;
mod devices;
mod dialect;
mod events;
mod gate;
mod openapi;
mod poll;
mod presence;
mod query;
mod session;
mod socket;
mod ticket;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web;
use sixin_application::delivery::commands::LiveCommands;
use sixin_application::delivery::passes::LivePasses;
use sixin_application::delivery::presence::ShowPresence;
use sixin_application::delivery::stream::LiveStreams;
use sixin_application::ports::{Clock, SecretSource};
use sixin_application::push::acks::Acknowledge;
use sixin_application::push::keep_devices::KeepDevices;
use sixin_application::users::ports::{Relations, Users};

pub use dialect::{Frame, LiveDialect, LiveVoice, Refused};
pub use gate::{Draining, Gate, LiveLimits, TurnedAway};
pub use openapi::description;

use crate::answer::fallback::{get, one};
use crate::limits::HttpLimits;

/// Where one waits for what happens.
pub(crate) const POLL: &str = "/live/poll";
/// Where one reads it as server-sent events.
pub(crate) const EVENTS: &str = "/live/events";
/// Where one talks over a WebSocket.
pub(crate) const SOCKET: &str = "/live/ws";
/// Where one asks who is online.
pub(crate) const PRESENCE: &str = "/live/presence";
/// Where one gets a ticket for the others.
pub(crate) const TICKET: &str = "/live/ticket";

/// Where one registers devices that are to be woken.
pub(crate) const DEVICES: &str = "/live/devices";
/// And one of them.
pub(crate) const DEVICE: &str = "/live/devices/{device}";

/// What live streams need.
#[derive(Clone)]
pub struct LiveApi {
    /// Makes streams.
    pub streams: Arc<LiveStreams>,
    /// Lets users in.
    pub passes: Arc<dyn LivePasses>,
    /// Tells who is online.
    pub presence: Arc<dyn ShowPresence>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// Who has blocked whom.
    pub relations: Arc<dyn Relations>,
    /// What users do over a stream.
    pub commands: Arc<dyn LiveCommands>,
    /// Keeps the devices that are to be woken.
    pub devices: Arc<dyn KeepDevices>,
    /// Takes in what devices have.
    pub acks: Arc<dyn Acknowledge>,
    /// What browsers subscribe to pushes with; `None`: they are not woken by this server.
    pub browser_key: Option<Arc<str>>,
    /// What a request may take.
    pub http: HttpLimits,
    /// How many begin.
    pub gate: Arc<Gate>,
    /// Scatters what must not happen to all at once.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Live streams and the dialects they speak.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) api: LiveApi,
    pub(crate) dialects: Arc<[Arc<dyn LiveDialect>]>,
}

impl Live {
    /// A random time below a bound.
    pub(crate) fn random(&self, below: Duration) -> Duration {
        Duration::from_millis(self.random_ms(u64::try_from(below.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The same in milliseconds.
    pub(crate) fn random_ms(&self, below: u64) -> u64 {
        let number = u64::try_from(self.api.secrets.number(9)).unwrap_or(0);
        if below == 0 { 0 } else { number % below }
    }
}

/// Registers the endpoints.
pub(crate) fn configure(routes: &mut web::ServiceConfig, live: Live) {
    routes
        .app_data(web::Data::new(live))
        .service(one(POLL, [Method::GET]).route(web::get().to(poll::poll)))
        .service(one(EVENTS, [Method::GET]).route(web::get().to(events::events)))
        .service(one(SOCKET, [Method::GET]).route(web::get().to(socket::socket)))
        .service(one(PRESENCE, [Method::GET]).route(web::get().to(presence::presence)))
        .service(
            one(DEVICES, [Method::GET, Method::POST])
                .route(get().to(devices::list_devices))
                .route(web::post().to(devices::register_device)),
        )
        .service(one(DEVICE, [Method::DELETE]).route(web::delete().to(devices::forget_device)))
        .service(one(TICKET, [Method::POST]).route(web::post().to(ticket::ticket)));
}
