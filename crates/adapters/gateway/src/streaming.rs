//! `GET /v3/message/get_stream.json`: a device reads a message while it grows (docs/client-sdk.md#streams).
//!
//! The SDK takes what arrives at once for whole events, so these are short, and nothing else is written.

use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, guard, web};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sixin_application::delivery::passes::{LiveGuest, PassRefusal};
use sixin_application::delivery::stream::{LiveEvent, LiveItem, LiveStream, Step};
use sixin_application::ports::StoreResult;
use sixin_domain::event::Event;
use sixin_domain::id::MessageId;
use sixin_domain::message::body::Body;
use sixin_domain::message::growing::Stage;
use sixin_domain::message::object_name::STREAM;
use sixin_domain::message::uid;
use sixin_web::answer::followed::{Next, event_stream};
use sixin_web::answer::reply::{self, header_text};
use sixin_web::live::Draining;
use tokio::time::sleep;

use crate::api::GatewayApi;
use crate::navigation::{bare, for_browsers, is_known};
use crate::socket::begins;

const PATH: &str = "/v3/message/get_stream.json";
/// Characters of one event.
const EVENT_CHARS: usize = 400;
/// How often a stream on which nothing comes shows that it is alive: by a piece without a text, since the SDK reads nothing else.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// The pause after the store could not be read.
const PAUSE: Duration = Duration::from_millis(500);
/// What the SDK calls a stream that can't be read.
const FAILED: i64 = 39_005;
/// The end of a stream that is cut off; the SDK asks again, or does not.
const CUT_OFF: i64 = FAILED;

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "messageUID")]
    message_uid: Option<String>,
}

#[derive(Serialize)]
struct Refused {
    code: i64,
    message: &'static str,
}

/// Registers the endpoint. Back ends ask there too, with POST.
pub(crate) fn configure(routes: &mut web::ServiceConfig) {
    let is_ours = guard::Any(guard::Get()).or(guard::Options());
    routes.service(
        web::resource(PATH)
            .guard(is_ours)
            .route(web::get().to(read))
            .route(web::route().method(Method::OPTIONS).to(preflight)),
    );
}

async fn preflight(api: web::Data<GatewayApi>) -> HttpResponse {
    let mut answer = HttpResponse::NoContent().finish();
    let headers = answer.headers_mut();
    let allowed = HeaderValue::from_static("App-Key, Authorization, Content-Type");
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    for_browsers(answer, &api)
}

async fn read(request: HttpRequest, api: web::Data<GatewayApi>) -> HttpResponse {
    let answer = match follow(&request, &api).await {
        Ok((first, next)) => event_stream(first, next),
        Err((status, message)) => reply::json(status, FAILED, &Refused { code: FAILED, message }),
    };
    for_browsers(answer, &api)
}

type Refusal = (StatusCode, &'static str);

/// What the stream begins with, and what comes next.
async fn follow(
    request: &HttpRequest,
    api: &web::Data<GatewayApi>,
) -> Result<(Bytes, Option<Next>), Refusal> {
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, "try again");
    let guest = guest(request, api).await?;
    let asked = web::Query::<Asked>::from_query(request.query_string()).ok();
    let named = asked.and_then(|asked| uid::decode(&asked.into_inner().message_uid?));
    let id = named.ok_or((StatusCode::BAD_REQUEST, "messageUID is that of no message"))?;
    if !begins(api).await {
        return Err(unavailable);
    }
    // Before the message is read, so that nothing comes in between.
    let stream = api.streams.open(guest.owner(api.clock.now()), None);
    let drain = api.gate.draining();
    let mut reader = Reader { api: api.get_ref().clone(), guest, stream, drain, id, shown: String::new() };
    let stage = match reader.stage().await {
        Ok(stage) => stage.ok_or((StatusCode::NOT_FOUND, "there is no such message"))?,
        Err(error) => {
            tracing::warn!(%error, "a growing message can't be read");
            return Err(unavailable);
        }
    };
    let mut first = "event:init\ndata:{}\n\n".to_owned();
    let is_over = reader.write(&stage, &mut first);
    Ok((first.into(), (!is_over).then(|| reader.next())))
}

async fn guest(request: &HttpRequest, api: &GatewayApi) -> Result<LiveGuest, Refusal> {
    let nobody = (StatusCode::UNAUTHORIZED, "the app key or the token is not known");
    let unavailable = (StatusCode::SERVICE_UNAVAILABLE, "try again");
    let app_key = header_text(request, "app-key").unwrap_or_default();
    if !is_known(&*api.app_keys, app_key).await.map_err(|_| unavailable)? {
        return Err(nobody);
    }
    reply::note_app_key(request, app_key);
    let said = header_text(request, "authorization").and_then(|said| said.split_once(' '));
    let token = said.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).ok_or(nobody)?.1;
    api.passes.of_device(bare(token.trim())).await.map_err(|refusal| match refusal {
        PassRefusal::Store(_) => unavailable,
        _ => nobody,
    })
}

/// One who reads a message.
struct Reader {
    api: GatewayApi,
    guest: LiveGuest,
    stream: LiveStream,
    drain: Draining,
    id: MessageId,
    /// What was written of its text.
    shown: String,
}

impl Reader {
    /// How far the message is, if it shows to the reader.
    async fn stage(&self) -> StoreResult<Option<Stage>> {
        let found = self.api.find_messages.find(&self.guest.viewer, &[self.id]).await?;
        Ok(found.first().and_then(|found| stage(&found.message.body)))
    }

    /// Writes what has come; whether that was all.
    fn write(&mut self, stage: &Stage, out: &mut String) -> bool {
        match stage.text.strip_prefix(self.shown.as_str()) {
            Some(more) => pieces(more, out),
            // It says something else than it said, which can't be taken back here.
            None => {
                ended(false, (0, CUT_OFF), out);
                return true;
            }
        }
        self.shown.clone_from(&stage.text);
        if stage.is_over {
            ended(stage.is_complete, (stage.complete_reason, stage.stop_reason), out);
        }
        stage.is_over
    }

    fn next(mut self) -> Next {
        Next::new(async move {
            let mut out = String::new();
            let is_over = self.wait(&mut out).await;
            ((!is_over).then(|| self.next()), out.into())
        })
    }

    /// Waits until there is something to write; whether that was all.
    async fn wait(&mut self, out: &mut String) -> bool {
        loop {
            let step = tokio::select! {
                step = self.stream.next() => step,
                () = sleep(HEARTBEAT) => {
                    out.push_str("data:{\"content\":\"\"}\n\n");
                    return false;
                }
                // The SDK asks another server, or this one when it is back.
                _ = self.drain.begins() => return self.cut_off(out),
            };
            let grown = match step {
                Ok(Step::News(news)) => {
                    news.items.into_iter().filter_map(|item| self.of_message(item)).next_back()
                }
                Ok(Step::Replaced) => return self.cut_off(out),
                Ok(Step::Check) => match self.api.passes.look_again(&self.guest.pass).await {
                    Ok(guest) => {
                        self.guest = guest;
                        None
                    }
                    Err(PassRefusal::Store(_)) => {
                        sleep(PAUSE).await;
                        None
                    }
                    Err(_) => return self.cut_off(out),
                },
                Ok(Step::Reset(_)) => match self.stage().await {
                    Ok(Some(stage)) => Some(stage),
                    _ => return self.cut_off(out),
                },
                Err(error) => {
                    tracing::warn!(%error, "a reader of a growing message waits for the database");
                    sleep(PAUSE).await;
                    None
                }
            };
            let Some(stage) = grown else { continue };
            let is_over = self.write(&stage, out);
            if is_over || !out.is_empty() {
                return is_over;
            }
        }
    }

    fn cut_off(&self, out: &mut String) -> bool {
        ended(false, (0, CUT_OFF), out);
        true
    }

    /// How far the message is by an item that is about it.
    fn of_message(&self, item: LiveItem) -> Option<Stage> {
        let LiveItem::Logged(_, LiveEvent::Changed(event, Some(message))) = item else { return None };
        if message.message.id != self.id {
            return None;
        }
        match *event {
            Event::MessageGrown { .. } | Event::MessageEdited(_) => stage(&message.message.body),
            Event::MessageRecalled(_) => {
                let (text, stop_reason) = (self.shown.clone(), CUT_OFF);
                let stage = Stage::of("{}");
                Some(Stage { text, is_complete: false, stop_reason, ..stage })
            }
            _ => None,
        }
    }
}

/// How far a message is; `None` if it is of another type.
fn stage(body: &Body) -> Option<Stage> {
    match body {
        Body::Typed { object_name, content, .. } if object_name.as_str() == STREAM => {
            Some(Stage::of(content))
        }
        _ => None,
    }
}

/// A text as events.
fn pieces(text: &str, out: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.char_indices().nth(EVENT_CHARS).map_or(rest.len(), |(end, _)| end);
        let (piece, after) = rest.split_at(end);
        out.push_str(&format!("data:{}\n\n", json!({ "content": piece })));
        rest = after;
    }
}

fn ended(is_complete: bool, (complete_reason, stop_reason): (i64, i64), out: &mut String) {
    let end = json!({
        "complete": is_complete, "completeReason": complete_reason, "stopReason": stop_reason,
    });
    out.push_str(&format!("event:complete\ndata:{end}\n\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_comes_in_short_events_on_one_line_each() {
        let mut out = String::new();
        pieces(&"语\n".repeat(500), &mut out);
        let events: Vec<&str> = out.split_terminator("\n\n").collect();
        assert_eq!(events.len(), 3);
        let texts = events.iter().map(|event| {
            assert!(!event.contains('\n') && event.len() < 2_000);
            let piece: serde_json::Value =
                serde_json::from_str(event.strip_prefix("data:").unwrap()).unwrap();
            piece["content"].as_str().unwrap().to_owned()
        });
        assert_eq!(texts.collect::<String>(), "语\n".repeat(500));
    }
}
