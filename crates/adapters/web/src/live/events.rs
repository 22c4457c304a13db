//! `GET /live/events`: server-sent events (docs/live.md#events).

use std::fmt::Write;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use sixin_domain::log::Cursor;

use super::admission::{begins, opens, unavailable};
use super::dialect::Frame;
use super::gate::TurnedAway;
use super::presence::watched;
use super::query::EventsQuery;
use super::session::{Ending, LiveSession, Turn};
use super::{EVENTS, Live};
use crate::answer::followed::{Next, event_stream};

/// Read what happens as server-sent events
///
/// A stream that does not end: `event: ready` with the cursor it begins at, then what happens, each with its cursor as `id`. Header
/// `Last-Event-ID` outranks `since`. See docs/live.md.
#[utoipa::path(get, path = EVENTS, tag = "Live", params(EventsQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was read.")), responses((status = 200, description = "Events, until one side ends them.", content_type = "text/event-stream", body = String)))]
pub(crate) async fn events(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    let (guest, voice, since) = match opens(&request, &live).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    // EventSource gives up for good on any other status than 200.
    if let Err(reason) = begins(&live).await {
        return event_stream(come_back(&live, reason), None);
    }
    let watches = match watched(&request, &live, &guest, &*voice).await {
        Ok(watches) => watches,
        Err(error) => return unavailable(&error),
    };
    let session = LiveSession::new(live.get_ref().clone(), guest, voice, since).watching(watches);
    let session = Box::new(session);
    let retry = 1000 + live.random_ms(4000);
    let cursor = session.cursor();
    let first =
        format!("retry: {retry}\n\nevent: ready\nid: {cursor}\ndata: {{\"cursor\":\"{cursor}\"}}\n\n");
    event_stream(first, Some(next(session)))
}

fn come_back(live: &Live, reason: TurnedAway) -> String {
    let retry = 1000 + live.random_ms(if reason == TurnedAway::Draining { 4000 } else { 14_000 });
    format!("retry: {retry}\n\nevent: bye\ndata: {{\"reason\":\"busy\",\"after\":{retry}}}\n\n")
}

fn next(session: Box<LiveSession>) -> Next {
    Next::new(async move {
        let (session, turn) = session.turn().await;
        match turn {
            Turn::Frames { frames, cursor, has_caught_up } => {
                let mut text = written(&frames, &cursor.epoch);
                if has_caught_up {
                    text += "event: caught_up\ndata: {}\n\n";
                }
                (Some(next(session)), Bytes::from(text))
            }
            Turn::Reset(cursor) => {
                let text = format!("event: reset\nid: {cursor}\ndata: {{\"cursor\":\"{cursor}\"}}\n\n");
                (Some(next(session)), Bytes::from(text))
            }
            // An id alone is remembered and shows nothing.
            Turn::Idle(cursor) => (Some(next(session)), Bytes::from(format!(": hb\nid: {cursor}\n\n"))),
            Turn::Over(ending) => (None, Bytes::from(bye(ending))),
        }
    })
}

fn written(frames: &[Frame], epoch: &str) -> String {
    let mut text = String::with_capacity(frames.iter().map(|frame| frame.data.len() + 80).sum());
    for Frame { event, position, data } in frames {
        if let Some(position) = *position {
            // Writing to a text does not fail.
            let _ = writeln!(text, "id: {}", Cursor { epoch: epoch.to_owned(), position });
        }
        let _ = write!(text, "event: {event}\ndata: {data}\n\n");
    }
    text
}

fn bye(ending: Ending) -> String {
    match ending {
        Ending::SessionEnded => "event: bye\ndata: {\"reason\":\"session_ended\"}\n\n".to_owned(),
        Ending::Replaced => "event: bye\ndata: {\"reason\":\"replaced\"}\n\n".to_owned(),
        Ending::Restart(after) => {
            format!("retry: {after}\n\nevent: bye\ndata: {{\"reason\":\"restart\",\"after\":{after}}}\n\n")
        }
    }
}
