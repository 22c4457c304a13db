//! `GET /live/poll`: what there is after a cursor, waited for if there is nothing (docs/live.md#poll).

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::value::RawValue;
use sixin_domain::log::Cursor;
use utoipa::ToSchema;

use super::admission::{enter, malformed, turned_away, with_live_headers};
use super::dialect::Frame;
use super::query::{Malformed, PollQuery};
use super::session::{Ending, LiveSession, Turn};
use super::{Live, POLL};
use crate::answer::reply::{self, Waited};

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveNews)]
pub(crate) struct LiveNews {
    /// In order.
    events: Vec<LiveEventInfo>,
    /// What to ask after the next time.
    #[schema(example = "3f9c21aa-hc2x0q7y1d")]
    cursor: String,
    /// Whether more was missed than can be told one by one: then read the lists anew, and go on from the cursor.
    reset: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiveEvent)]
pub(crate) struct LiveEventInfo {
    /// Its kind.
    #[schema(example = "message")]
    e: &'static str,
    /// The cursor after it; null of what is live only.
    #[schema(required = true, example = "3f9c21aa-hc2x0q7y1d")]
    c: Option<String>,
    /// What it shows, in the objects of the caller's dialect.
    #[schema(value_type = Object)]
    d: Box<RawValue>,
}

impl LiveEventInfo {
    pub(crate) fn of(frame: Frame, epoch: &str) -> Option<Self> {
        let cursor = |position| Cursor { epoch: epoch.to_owned(), position }.to_string();
        // What is no JSON, which none of ours is, shows as nothing.
        let d = RawValue::from_string(frame.data).ok()?;
        Some(Self { e: frame.event, c: frame.position.map(cursor), d })
    }
}

/// Wait for what happens
///
/// Answers at once with what happened after `since`, else as soon as something happens, else with nothing after `wait` seconds. Each
/// time ask again with the `cursor` of the last answer. Without `since` it begins now.
#[utoipa::path(get, path = POLL, tag = "Live", params(PollQuery), responses((status = 200, body = LiveNews)))]
pub(crate) async fn poll(request: HttpRequest, live: web::Data<Live>) -> HttpResponse {
    let (guest, voice) = match enter(&request, &live).await {
        Ok(entered) => entered,
        Err(answer) => return answer,
    };
    let wanted = match PollQuery::read(&request) {
        Ok(wanted) => wanted,
        Err(Malformed(what)) => return malformed(&what),
    };
    if let Some(answer) = turned_away(&live).await {
        return answer;
    }
    let live = live.get_ref().clone();
    let session = Box::new(LiveSession::new(live, guest, voice, wanted.since.clone()));
    let mut answer = with_live_headers(gathered(session, &wanted).await);
    answer.extensions_mut().insert(Waited);
    answer
}

/// What there is, or comes in time.
async fn gathered(mut session: Box<LiveSession>, wanted: &PollQuery) -> HttpResponse {
    let limit = wanted.limit;
    let mut news = Gathered::default();
    while news.frames.len() < limit
        && let Some(turn) = session.at_once().await
    {
        if news.take(turn) {
            return news.answer(&session);
        }
    }
    let wait = Duration::from_secs(wanted.wait);
    let until = tokio::time::Instant::now() + wait;
    while news.frames.is_empty() && !wait.is_zero() {
        // Dropped with the request, not in between: this request's session serves nobody else.
        match tokio::time::timeout_at(until, session.turn()).await {
            Ok((back, turn)) => {
                session = back;
                if news.take(turn) {
                    break;
                }
            }
            Err(_) => return news.at(wanted.since.as_ref()),
        }
    }
    news.answer(&session)
}

/// What is to be answered.
#[derive(Default)]
struct Gathered {
    frames: Vec<Frame>,
    cursor: Option<Cursor>,
    is_reset: bool,
    ending: Option<Ending>,
}

impl Gathered {
    /// Whether that was the end of it.
    fn take(&mut self, turn: Turn) -> bool {
        match turn {
            Turn::Frames { frames, cursor, .. } => {
                self.frames.extend(frames);
                self.cursor = Some(cursor);
                false
            }
            Turn::Idle(cursor) => {
                self.cursor = Some(cursor);
                false
            }
            Turn::Reset(cursor) => {
                (self.is_reset, self.cursor) = (true, Some(cursor));
                true
            }
            Turn::Over(ending) => {
                self.ending = Some(ending);
                true
            }
        }
    }

    fn answer(self, session: &LiveSession) -> HttpResponse {
        let cursor = session.cursor().clone();
        match self.ending {
            Some(ending) => super::admission::ended(ending),
            None => self.at(Some(&cursor)),
        }
    }

    /// The answer, with that cursor where none is known.
    fn at(self, cursor: Option<&Cursor>) -> HttpResponse {
        let cursor = self.cursor.as_ref().or(cursor);
        let epoch = cursor.map(|cursor| cursor.epoch.clone()).unwrap_or_default();
        let events = self.frames.into_iter().filter_map(|frame| LiveEventInfo::of(frame, &epoch)).collect();
        let cursor = cursor.map(Cursor::to_string).unwrap_or_default();
        reply::json(StatusCode::OK, 200, &LiveNews { events, cursor, reset: self.is_reset })
    }
}
