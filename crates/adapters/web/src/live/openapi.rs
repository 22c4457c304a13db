//! The description of live streams.

use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::{DEVICE, DEVICES, POLL, PRESENCE, TICKET, devices, events, poll, presence, socket, ticket};
use crate::openapi::{Description, answer, derived, request_id_header, sample, schema_ref};

#[derive(OpenApi)]
#[openapi(
    paths(
        poll::poll,
        events::events,
        socket::socket,
        presence::presence,
        devices::register_device,
        devices::list_devices,
        devices::forget_device,
        ticket::ticket
    ),
    components(schemas(
        poll::LiveNews,
        poll::LiveEventInfo,
        ticket::TicketInfo,
        presence::PresenceInfo,
        presence::UserPresence,
        devices::NewDeviceInfo,
        devices::Subscription,
        devices::SubscriptionKeys,
        devices::RegisteredInfo,
        devices::DevicesInfo,
        devices::DeviceInfo,
        LiveRefusal
    ))
)]
struct Described;

/// Why no stream begins.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what is written")]
struct LiveRefusal {
    /// The status, or a code of the caller's dialect.
    #[schema(example = 401)]
    code: i64,
    /// In words; absent where the caller's dialect says it in its own way.
    message: Option<String>,
}

const ABOUT: &str = "What happens reaches whoever is connected: long poll, server-sent events and WebSocket are three doors to the same \
cursor, and show the objects of the caller's own dialect.\n\n\
**Who calls** says so with the headers of a Fresns session, with `Authorization: Bearer` and the device token that RongCloud's \
`/user/getToken.json` gave, or, where headers can't be set, with `?ticket=` from `POST /live/ticket`.\n\n\
**A cursor** is opaque. Everything after it comes, in order, at least once; who has missed more than can be told one by one is told \
to read the lists anew (`reset`). Statuses are those of HTTP here. All kinds of events, the frames of the WebSocket and samples: \
docs/live.md.";

/// What live streams have in the document.
#[must_use]
pub fn description() -> Description {
    let (schemas, operations) = derived(&Described::openapi());
    let mut paths = Vec::new();
    for (path, mut item) in operations {
        for operation in item.as_object_mut().into_iter().flat_map(|item| item.iter_mut()) {
            complete(&path, operation.0, operation.1, &schemas);
        }
        paths.push((path, item));
    }
    Description { tag: "live", about: ABOUT, credentials: &[], schemas, paths, webhooks: Vec::new() }
}

fn complete(path: &str, method: &str, operation: &mut Value, schemas: &Map<String, Value>) {
    let Some(operation) = operation.as_object_mut() else { return };
    operation.insert("tags".to_owned(), json!(["live"]));
    let own = operation.remove("parameters");
    let mut parameters: Vec<Value> = own.and_then(|own| own.as_array().cloned()).unwrap_or_default();
    parameters.push(request_id_header());
    operation.insert("parameters".to_owned(), Value::Array(parameters));
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    let name = match (path, method) {
        (POLL, _) => Some("LiveNews"),
        (PRESENCE, _) => Some("LivePresence"),
        (TICKET, _) => Some("LiveTicket"),
        (DEVICES, "get") => Some("LiveDevices"),
        (DEVICES | DEVICE, _) => Some("LiveRegisteredDevice"),
        _ => None,
    };
    if let Some(name) = name {
        let example = sample(&schema_ref(name), schemas);
        let ok = answer("Done.", &schema_ref(name), &json!({ "done": { "value": example } }), false);
        responses.insert("200".to_owned(), ok);
    }
    let refused = schema_ref("LiveRefusal");
    let none = json!({});
    for (status, description, later) in [
        ("400", "A parameter is not what it should be.", false),
        ("401", "Nobody who may come in, or not any longer.", false),
        ("503", "Not now: too many streams begin, the server stops, or its database does not answer.", true),
    ] {
        responses.insert(status.to_owned(), answer(description, &refused, &none, later));
    }
    if path == DEVICE {
        let none_such = answer("The caller has no such device.", &refused, &none, false);
        responses.insert("404".to_owned(), none_such);
    }
    if path == DEVICES && method == "post" {
        responses.insert("413".to_owned(), answer("The body is too large.", &refused, &none, false));
    }
    if path == POLL {
        let replaced =
            answer("Newer connections of the user took the place of this one.", &refused, &none, false);
        responses.insert("409".to_owned(), replaced);
    }
    responses.sort_keys();
}
