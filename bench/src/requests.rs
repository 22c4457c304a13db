//! The requests of a load, each signed on its own, and what their answers say.

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::HOST;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sixin::signed_request::{FresnsCaller, SignedRequest, fresns_request, rongcloud_request};
use sixin::system::SystemClock;
use sixin_application::ports::Clock;

use crate::population::{PLATFORM, Person, Population};
use crate::text::text;

/// Which of the two calls is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Dialect {
    Fresns,
    RongCloud,
}

impl Dialect {
    pub(crate) const BOTH: [Self; 2] = [Self::Fresns, Self::RongCloud];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fresns => "Fresns",
            Self::RongCloud => "RongCloud",
        }
    }

    /// Message `number` of a run from one user to another.
    pub(crate) fn request(
        self,
        population: &Population,
        run: u32,
        number: u64,
        (from, to): (usize, usize),
    ) -> Result<Request<Full<Bytes>>> {
        let (from, to) = (population.person(from)?, population.person(to)?);
        let (text, now) = (text(run, number), SystemClock.now());
        let signed = match self {
            Self::RongCloud => {
                let key = &population.rongcloud;
                rongcloud_request(&key.app_id, &key.secret, &from.username, &to.username, &text, now)
            }
            Self::Fresns => {
                let caller = caller(population, from);
                fresns_request(&caller, &to.username, &text, now)
            }
        };
        http(signed)
    }

    /// The id of the message that an answer acknowledges; an error holds the answer.
    pub(crate) fn acknowledged(self, answer: &[u8]) -> Result<i64> {
        let id = match self {
            Self::RongCloud => {
                let answer: Published = serde_json::from_slice(answer)?;
                answer.message_id.filter(|_| answer.code == 200).and_then(|id| id.parse().ok())
            }
            Self::Fresns => {
                let answer: Sent = serde_json::from_slice(answer)?;
                answer.data.filter(|_| answer.code == 0).map(|message| message.id)
            }
        };
        id.with_context(|| String::from_utf8_lossy(answer).into_owned())
    }
}

/// A user reads something.
pub(crate) fn read(population: &Population, who: usize, path: &str) -> Result<Request<Full<Bytes>>> {
    let caller = caller(population, population.person(who)?);
    // The signature covers neither path nor body.
    let signed = fresns_request(&caller, "", "", SystemClock.now());
    let mut request = Request::get(path).header(HOST, "127.0.0.1");
    for (name, value) in signed.headers.into_iter().filter(|(name, _)| *name != "Content-Type") {
        request = request.header(name, value);
    }
    Ok(request.body(Full::default())?)
}

/// The back end asks for something.
pub(crate) fn ask(population: &Population, path: &str, body: &Value) -> Result<Request<Full<Bytes>>> {
    let key = &population.rongcloud;
    // The signature covers neither path nor body; a body that begins as JSON is read as that.
    let signed = rongcloud_request(&key.app_id, &key.secret, "", "", "", SystemClock.now());
    posted(path, signed.headers, body.to_string())
}

fn caller(population: &Population, from: &Person) -> FresnsCaller {
    let key = &population.fresns;
    FresnsCaller {
        app_id: key.app_id.clone(),
        secret: key.secret.clone(),
        platform: PLATFORM,
        aid: from.aid.clone(),
        uid: from.uid,
        token: from.token.reveal().to_owned(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Published {
    code: i64,
    message_id: Option<String>,
}

#[derive(Deserialize)]
struct Sent {
    code: i64,
    data: Option<SentMessage>,
}

#[derive(Deserialize)]
struct SentMessage {
    id: i64,
}

fn http(signed: SignedRequest) -> Result<Request<Full<Bytes>>> {
    posted(signed.path, signed.headers, signed.body)
}

fn posted(path: &str, headers: Vec<(&'static str, String)>, body: String) -> Result<Request<Full<Bytes>>> {
    let mut request = Request::post(path).header(HOST, "127.0.0.1");
    for (name, value) in headers {
        request = request.header(name, value);
    }
    Ok(request.body(Full::new(Bytes::from(body)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_acknowledges() {
        let rong = |answer: &str| Dialect::RongCloud.acknowledged(answer.as_bytes()).ok();
        assert_eq!(rong(r#"{"code":200,"messageId":"12","sentTime":1}"#), Some(12));
        assert_eq!(rong(r#"{"code":1008,"errorMessage":"x","url":"/"}"#), None);
        let fresns = |answer: &str| Dialect::Fresns.acknowledged(answer.as_bytes()).ok();
        assert_eq!(fresns(r#"{"code":0,"message":"ok","data":{"id":12,"isMe":true}}"#), Some(12));
        assert_eq!(fresns(r#"{"code":36601,"message":"no","data":null}"#), None);
        assert_eq!(fresns(""), None);
    }
}
