//! `GET /live/ws`: a WebSocket with JSON frames (docs/live.md#socket).

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use serde_json::{Value, json};
use sixin_application::delivery::passes::LiveGuest;
use sixin_domain::id::UserId;
use sixin_domain::log::Cursor;
use tokio::time::{Instant, sleep_until, timeout};

use super::admission::{opens, turned_away, unavailable, with_live_headers};
use super::commands::{ClientFrame, carry_out};
use super::dialect::{Frame, LiveVoice};
use super::poll::LiveEventInfo;
use super::presence::watched;
use super::query::EventsQuery;
use super::session::{Ending, LiveSession, Turn, Watches};
use super::{Live, SOCKET};
use crate::answer::fallback;

/// The subprotocol.
const PROTOCOL: &str = "sixin.v1";
/// Longest frame of a client, in bytes.
const LONGEST_FRAME: usize = 64 * 1024;
/// Frames of a client in a second.
const FRAMES_A_SECOND: usize = 20;
/// How long the first frame may take.
const FIRST_FRAME: Duration = Duration::from_secs(10);
/// How often the server asks whether the client is there, and how long that has for an answer.
const PING: Duration = Duration::from_secs(25);
const PATIENCE: Duration = Duration::from_secs(10);
/// Whoever has got so many bytes at once gets more only once they have arrived.
const UNCONFIRMED: usize = 16 * 1024;
/// What asks whether they have.
const ARRIVED: &[u8] = b"arrived?";
/// How long somebody who does not read may take for that.
const SLOW: Duration = Duration::from_secs(30);

/// Close codes of ours (docs/live.md#close-codes).
const SESSION_ENDED: u16 = 4001;
const REPLACED: u16 = 4002;
const TOO_SLOW: u16 = 4003;
const BAD_FRAME: u16 = 4004;

/// Talk over a WebSocket
///
/// Subprotocol `sixin.v1`: JSON text frames in both directions. See docs/live.md.
#[utoipa::path(get, path = SOCKET, tag = "Live", params(EventsQuery), responses((status = 101, description = "The connection is a WebSocket now.")))]
pub(crate) async fn socket(request: HttpRequest, body: web::Payload, live: web::Data<Live>) -> HttpResponse {
    let (guest, voice, since) = match opens(&request, &live).await {
        Ok(opened) => opened,
        Err(answer) => return answer,
    };
    if let Some(answer) = turned_away(&live).await {
        return answer;
    }
    let watches = match watched(&request, &live, &guest, &*voice).await {
        Ok(watches) => watches,
        Err(error) => return unavailable(&error),
    };
    let (answer, session, frames) = match actix_ws::handle_with_protocols(&request, body, &[PROTOCOL]) {
        Ok(opened) => opened,
        Err(error) => {
            let status = error.as_response_error().status_code();
            return with_live_headers(fallback::plain(request.path(), status));
        }
    };
    let frames =
        frames.max_frame_size(LONGEST_FRAME).aggregate_continuations().max_continuation_size(LONGEST_FRAME);
    let talk = Talk { live: live.get_ref().clone(), session, frames };
    actix_web::rt::spawn(talk.run((guest, voice), since, watches));
    answer
}

/// Why a connection is closed.
struct Close(u16, &'static str);

impl Close {
    fn gone() -> Self {
        Self(0, "")
    }
}

/// A connection.
struct Talk {
    live: Live,
    session: Session,
    frames: AggregatedMessageStream,
}

type Work = Pin<Box<dyn Future<Output = (Box<LiveSession>, Turn)>>>;

impl Talk {
    async fn run(
        mut self,
        (guest, voice): (LiveGuest, Rc<dyn LiveVoice>),
        since: Option<Cursor>,
        watches: Vec<UserId>,
    ) {
        let close = match self.first(since).await {
            Ok(since) => {
                let live = self.live.clone();
                let stream = Box::new(LiveSession::new(live, guest, voice, since).watching(watches));
                match self.talk(stream).await {
                    Ok(never) => match never {},
                    Err(close) => close,
                }
            }
            Err(close) => close,
        };
        let Close(code, reason) = close;
        if code != 0 {
            let reason = CloseReason { code: CloseCode::Other(code), description: Some(reason.to_owned()) };
            let reason =
                if code == 1012 { CloseReason { code: CloseCode::Restart, ..reason } } else { reason };
            // Whoever does not read is not waited for.
            let _ = timeout(PATIENCE, self.session.close(Some(reason))).await;
        }
    }

    /// Where to begin: the address says it, or the first frame.
    async fn first(&mut self, since: Option<Cursor>) -> Result<Option<Cursor>, Close> {
        if since.is_some() {
            return Ok(since);
        }
        let frame = timeout(FIRST_FRAME, self.frames.recv()).await;
        let frame = frame.map_err(|_| Close(BAD_FRAME, "the first frame did not come"))?;
        let Some(Ok(AggregatedMessage::Text(text))) = frame else {
            return Err(Close(BAD_FRAME, "the first frame is {\"t\":\"since\"}"));
        };
        match ClientFrame::parse(&text) {
            Some(ClientFrame::Since { c }) => match c.as_deref().filter(|text| !text.is_empty()) {
                Some(text) => text.parse().map(Some).map_err(|_| Close(BAD_FRAME, "c is no cursor")),
                None => Ok(None),
            },
            _ => Err(Close(BAD_FRAME, "the first frame is {\"t\":\"since\"}")),
        }
    }

    async fn talk(&mut self, stream: Box<LiveSession>) -> Result<std::convert::Infallible, Close> {
        let cursor = stream.cursor().to_string();
        self.say("ready", Some(&cursor), &json!({ "cursor": cursor })).await?;
        let (mut guest, voice, watches) = (stream.guest(), stream.voice(), stream.watches());
        let mut work: Option<Work> = Some(Box::pin(stream.turn()));
        let mut held: Option<Box<LiveSession>> = None;
        let (mut heard, mut asked_at) = (Instant::now(), None::<Instant>);
        let mut pace = Pace::default();
        loop {
            let alarm = match (asked_at, held.is_some()) {
                (Some(at), true) => at + SLOW,
                (Some(at), false) => at + PATIENCE,
                (None, _) => heard + PING,
            };
            tokio::select! {
                (stream, turn) = pending(work.as_mut()) => {
                    guest = stream.guest();
                    let written = self.show(turn).await?;
                    if written > UNCONFIRMED {
                        self.ask(ARRIVED).await?;
                        (held, work, asked_at) = (Some(stream), None, Some(Instant::now()));
                    } else {
                        work = Some(Box::pin(stream.turn()));
                    }
                }
                frame = self.frames.recv() => {
                    heard = Instant::now();
                    match frame {
                        Some(Ok(AggregatedMessage::Text(text))) => {
                            pace.take()?;
                            self.answer(&text, (Rc::clone(&guest), Rc::clone(&voice), &watches)).await?;
                        }
                        Some(Ok(AggregatedMessage::Ping(bytes))) => {
                            pace.take()?;
                            self.session.pong(&bytes).await.map_err(|_| Close::gone())?;
                        }
                        Some(Ok(AggregatedMessage::Pong(bytes))) => {
                            if asked_at.is_some() && (held.is_none() || &*bytes == ARRIVED) {
                                asked_at = None;
                                if let Some(stream) = held.take() {
                                    work = Some(Box::pin(stream.turn()));
                                }
                            } else {
                                // Nobody has asked for it.
                                pace.take()?;
                            }
                        }
                        Some(Ok(AggregatedMessage::Binary(_))) => return Err(Close(BAD_FRAME, "frames are text")),
                        Some(Err(_)) => return Err(Close(BAD_FRAME, "the frame is too long, or broken")),
                        Some(Ok(AggregatedMessage::Close(_))) => return Err(Close(1000, "")),
                        None => return Err(Close::gone()),
                    }
                }
                () = sleep_until(alarm) => {
                    match (asked_at, held.is_some()) {
                        (Some(_), true) => return Err(Close(TOO_SLOW, "nothing was read for half a minute")),
                        (Some(_), false) => return Err(Close::gone()),
                        (None, _) => {
                            self.ask(b"").await?;
                            asked_at = Some(Instant::now());
                        }
                    }
                }
            }
        }
    }

    /// Writes what there is, and answers how many bytes that were.
    async fn show(&mut self, turn: Turn) -> Result<usize, Close> {
        match turn {
            Turn::Frames { frames, cursor, has_caught_up } => {
                let mut written = 0;
                for frame in frames {
                    let text = text(frame, &cursor.epoch);
                    written += text.len();
                    self.write(text).await?;
                }
                if has_caught_up {
                    self.say("caught_up", Some(&cursor.to_string()), &json!({})).await?;
                }
                Ok(written)
            }
            Turn::Reset(cursor) => {
                let cursor = cursor.to_string();
                self.say("reset", Some(&cursor), &json!({ "cursor": cursor })).await?;
                Ok(0)
            }
            // The pings of the protocol show that both sides are there.
            Turn::Idle(_) => Ok(0),
            Turn::Over(ending) => Err(self.bye(ending).await?),
        }
    }

    async fn bye(&mut self, ending: Ending) -> Result<Close, Close> {
        let (reason, after, close) = match ending {
            Ending::SessionEnded => ("session_ended", None, Close(SESSION_ENDED, "the session has ended")),
            Ending::Replaced => ("replaced", None, Close(REPLACED, "newer connections took its place")),
            Ending::Restart(after) => ("restart", Some(after), Close(1012, "the server stops")),
        };
        self.say("bye", None, &json!({ "reason": reason, "after": after })).await?;
        Ok(close)
    }

    async fn answer(
        &mut self,
        text: &str,
        who: (Rc<LiveGuest>, Rc<dyn LiveVoice>, &Watches),
    ) -> Result<(), Close> {
        let frame =
            ClientFrame::parse(text).ok_or(Close(BAD_FRAME, "the frame is none of those there are"))?;
        match carry_out(&self.live, who, frame).await {
            Some(answer) => self.say(answer.event, None, &answer.data).await,
            None => Ok(()),
        }
    }

    async fn say(&mut self, event: &str, cursor: Option<&str>, data: &Value) -> Result<(), Close> {
        let mut frame = json!({ "e": event, "d": data });
        if let (Some(cursor), Some(frame)) = (cursor, frame.as_object_mut()) {
            frame.insert("c".to_owned(), cursor.into());
        }
        self.write(frame.to_string()).await
    }

    /// Whoever takes nothing for half a minute is let go; it can resume.
    async fn write(&mut self, text: String) -> Result<(), Close> {
        match timeout(SLOW, self.session.text(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Close::gone()),
            Err(_) => Err(Close(TOO_SLOW, "nothing was read for half a minute")),
        }
    }

    async fn ask(&mut self, what: &[u8]) -> Result<(), Close> {
        match timeout(SLOW, self.session.ping(what)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Close::gone()),
        }
    }
}

/// Waits for work, or for ever if there is none.
async fn pending(work: Option<&mut Work>) -> (Box<LiveSession>, Turn) {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

fn text(frame: Frame, epoch: &str) -> String {
    LiveEventInfo::of(frame, epoch).and_then(|info| serde_json::to_string(&info).ok()).unwrap_or_default()
}

/// How fast frames come.
#[derive(Default)]
struct Pace(VecDeque<Instant>);

impl Pace {
    fn take(&mut self) -> Result<(), Close> {
        let now = Instant::now();
        if self.0.len() == FRAMES_A_SECOND {
            let oldest = self.0.pop_front();
            if oldest.is_some_and(|oldest| now.duration_since(oldest) < Duration::from_secs(1)) {
                return Err(Close(BAD_FRAME, "too many frames a second"));
            }
        }
        self.0.push_back(now);
        Ok(())
    }
}
