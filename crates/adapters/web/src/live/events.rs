//! `GET /live/events`: server-sent events (docs/live.md#events).

use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use sixin_domain::log::Cursor;

use super::admission::{begins, opens, unavailable, with_live_headers};
use super::dialect::Frame;
use super::gate::TurnedAway;
use super::presence::watched;
use super::query::EventsQuery;
use super::session::{Ending, LiveSession, Turn};
use super::{EVENTS, Live};

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
        return stream(EventBody { first: Some(Bytes::from(come_back(&live, reason))), work: None });
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
    stream(EventBody { first: Some(Bytes::from(first)), work: Some(next(session)) })
}

fn stream(body: EventBody) -> HttpResponse {
    // nginx would gather what is written, and never tell (docs/live.md#proxies).
    let answer = HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .body(body);
    with_live_headers(answer)
}

fn come_back(live: &Live, reason: TurnedAway) -> String {
    let retry = 1000 + live.random_ms(if reason == TurnedAway::Draining { 4000 } else { 14_000 });
    format!("retry: {retry}\n\nevent: bye\ndata: {{\"reason\":\"busy\",\"after\":{retry}}}\n\n")
}

type Work = Pin<Box<dyn Future<Output = (Option<Box<LiveSession>>, Bytes)>>>;

/// A body that waits for the stream while it is read. It holds nothing but what was not taken yet.
struct EventBody {
    first: Option<Bytes>,
    work: Option<Work>,
}

fn next(session: Box<LiveSession>) -> Work {
    Box::pin(async move {
        let (session, turn) = session.turn().await;
        match turn {
            Turn::Frames { frames, cursor, has_caught_up } => {
                let mut text = written(&frames, &cursor.epoch);
                if has_caught_up {
                    text += "event: caught_up\ndata: {}\n\n";
                }
                (Some(session), Bytes::from(text))
            }
            Turn::Reset(cursor) => {
                let text = format!("event: reset\nid: {cursor}\ndata: {{\"cursor\":\"{cursor}\"}}\n\n");
                (Some(session), Bytes::from(text))
            }
            // An id alone is remembered and shows nothing.
            Turn::Idle(cursor) => (Some(session), Bytes::from(format!(": hb\nid: {cursor}\n\n"))),
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

impl MessageBody for EventBody {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(first)));
        }
        let Some(work) = &mut self.work else { return Poll::Ready(None) };
        let (session, text) = ready!(work.as_mut().poll(context));
        self.work = session.map(next);
        Poll::Ready(Some(Ok(text)))
    }
}
