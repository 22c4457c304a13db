//! `GET /websocket`: who connects, and what becomes of those who may not.

use std::rc::Rc;
use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::Session;
use bytes::Bytes;
use serde::Deserialize;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::ports::StoreError;
use sixin_domain::access::session::SessionRefusal;
use sixin_web::answer::{fallback, reply};
use sixin_web::files::address::origin;

use crate::api::GatewayApi;
use crate::connection::{Connection, Device};
use crate::navigation::{bare, is_known};
use crate::wire::frame;
use crate::wire::text::beginning;

const SOCKET: &str = "/websocket";
/// Longest frame of a client: the longest content, its options, and what stands around them.
const LONGEST_FRAME: usize = 512 * 1024;
/// The protocol that is spoken here.
const PROTOCOL: &str = "3";
/// Longest name of a device that is kept.
const LONGEST_DEVICE: usize = 64;
/// How long somebody who is turned away may take to read why.
const LAST_WORDS: Duration = Duration::from_millis(500);
/// And how long all of it may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why somebody is not let in, as the SDK knows it.
pub(crate) mod turned_away {
    pub(crate) const PROTOCOL: u8 = 1;
    pub(crate) const APP_KEY: u8 = 2;
    pub(crate) const TOKEN: u8 = 4;
    pub(crate) const BANNED: u8 = 9;
    pub(crate) const GONE: u8 = 19;
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    device_id: String,
    #[serde(default)]
    protocol_ver: String,
}

/// Registers the endpoint.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(fallback::one(SOCKET, [Method::GET]).route(web::get().to(connect)));
}

/// Who is let in, or what the client is told instead.
enum Door {
    Open(Box<LiveGuest>),
    Closed(u8),
}

async fn connect(request: HttpRequest, body: web::Payload, api: web::Data<GatewayApi>) -> HttpResponse {
    let Ok(asked) = web::Query::<Asked>::from_query(request.query_string()) else {
        return fallback::plain(request.path(), StatusCode::BAD_REQUEST);
    };
    let asked = asked.into_inner();
    let door = match door(&api, &asked).await {
        Ok(door) => door,
        // The SDK comes again after five seconds.
        Err(error) => {
            tracing::warn!(%error, "whether a client may connect can't be read");
            return fallback::plain(request.path(), StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    if matches!(door, Door::Open(_)) && !begins(&api).await {
        return fallback::plain(request.path(), StatusCode::SERVICE_UNAVAILABLE);
    }
    let (answer, session, frames) = match actix_ws::handle(&request, body) {
        Ok(opened) => opened,
        Err(error) => return fallback::plain(request.path(), error.as_response_error().status_code()),
    };
    match door {
        Door::Closed(status) => {
            actix_web::rt::spawn(turn_away(session, frame::turned_away(status)));
        }
        Door::Open(guest) => {
            reply::note_app_key(&request, &asked.app_id);
            let origin = origin(&request, &guest.viewer.settings);
            let device = Device { name: beginning(&asked.device_id, LONGEST_DEVICE).to_owned(), origin };
            let frames = frames
                .max_frame_size(LONGEST_FRAME)
                .aggregate_continuations()
                .max_continuation_size(LONGEST_FRAME);
            let connection = Connection::new(api.get_ref().clone(), session, frames, Rc::new(*guest), device);
            actix_web::rt::spawn(connection.run());
        }
    }
    answer
}

async fn door(api: &GatewayApi, asked: &Asked) -> Result<Door, StoreError> {
    if asked.protocol_ver != PROTOCOL {
        return Ok(Door::Closed(turned_away::PROTOCOL));
    }
    if !is_known(&*api.app_keys, &asked.app_id).await? {
        return Ok(Door::Closed(turned_away::APP_KEY));
    }
    match api.passes.of_device(bare(&asked.token)).await {
        Ok(guest) => Ok(Door::Open(Box::new(guest))),
        Err(PassRefusal::Store(error)) => Err(error),
        Err(refusal) => Ok(Door::Closed(closed(&refusal))),
    }
}

fn closed(refusal: &PassRefusal) -> u8 {
    match refusal {
        PassRefusal::Banned => turned_away::BANNED,
        PassRefusal::Session(SessionRefusal::UserMissing | SessionRefusal::UserDeleted) => turned_away::GONE,
        PassRefusal::Session(_) => turned_away::BANNED,
        _ => turned_away::TOKEN,
    }
}

/// Whether one more connection may begin; waits until it may, if that is soon.
pub(crate) async fn begins(api: &GatewayApi) -> bool {
    let Ok(wait) = api.gate.admit(api.streams.follower.connections()) else { return false };
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    !api.gate.is_draining()
}

/// Says why, and closes. Whoever does not read it is not waited for.
async fn turn_away(mut session: Session, why: Bytes) {
    let said = async {
        if session.binary(why).await.is_ok() {
            // The SDK may take note of a close before it takes note of what came before that.
            tokio::time::sleep(LAST_WORDS).await;
            let _ = session.close(None).await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, said).await;
}
