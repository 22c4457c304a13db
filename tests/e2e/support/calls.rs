//! Signed calls over HTTP.

use std::time::Duration;

use serde_json::{Value, json};
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;

use crate::site::{Key, Person, Site};

pub(crate) const PUBLISH: &str = "/message/private/publish.json";
pub(crate) const SEND: &str = "/api/v2/conversation/send-message";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> i64 {
        self.body["code"].as_i64().unwrap_or_else(|| panic!("no code in {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16, code: i64) -> &Self {
        assert_eq!((self.status, self.code()), (status, code), "{self:?}");
        self
    }
}

pub(crate) type Headers = Vec<(String, String)>;

pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        // Bodies of DELETE are part of the Fresns dialect.
        .allow_non_standard_methods(true)
        .timeout_global(Some(Duration::from_secs(60)))
        .max_idle_connections(0);
    ureq::Agent::new_with_config(config.build())
}

/// Sends a body as it is; the answer must be JSON. An error is one of the connection.
pub(crate) fn try_post(url: &str, headers: &Headers, body: &[u8]) -> Result<Answer, ureq::Error> {
    try_call("POST", url, headers, body)
}

/// The same with any method.
pub(crate) fn try_call(
    method: &str,
    url: &str,
    headers: &Headers,
    body: &[u8],
) -> Result<Answer, ureq::Error> {
    let mut call = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    let mut answer = agent().run(call.body(body)?)?;
    let text = answer.body_mut().read_to_string()?;
    let headers = answer.headers().iter();
    Ok(Answer {
        status: answer.status().as_u16(),
        headers: headers.map(|(key, value)| (key.to_string(), value.to_str().unwrap().to_owned())).collect(),
        body: serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text:?}")),
    })
}

pub(crate) fn post(url: &str, headers: &Headers, body: &[u8]) -> Answer {
    try_post(url, headers, body).unwrap()
}

pub(crate) fn get(url: &str) -> (u16, String) {
    let mut answer = agent().get(url).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a test is not bound by the Clock port")]
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Headers {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The headers of a back end.
pub(crate) fn back_end_headers(key: &Key, nonce: &str, timestamp: &str) -> Headers {
    let parts = SignedParts::NonceAndTime { nonce: nonce.to_owned(), timestamp: timestamp.to_owned() };
    let signature = HttpSignatures.sign(&parts, &Secret::new(key.secret.as_str()));
    pairs(&[("App-Key", &key.id), ("Nonce", nonce), ("Timestamp", timestamp), ("Signature", &signature)])
}

/// A form of these fields.
pub(crate) fn form(fields: &[(&str, &str)]) -> Vec<u8> {
    let encode = |text: &str| {
        let byte = |byte: u8| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        };
        text.bytes().map(byte).collect::<String>()
    };
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}={}", encode(value))).collect();
    fields.join("&").into_bytes()
}

pub(crate) fn text_content(text: &str) -> String {
    json!({ "content": text }).to_string()
}

/// The fields of a text, changed and added to: a value of `None` removes the field.
pub(crate) fn fields<'a>(
    base: &[(&'a str, &'a str)],
    changes: &[(&'a str, Option<&'a str>)],
) -> Vec<(&'a str, &'a str)> {
    let changed = |key: &str| changes.iter().any(|(name, _)| *name == key);
    let kept = base.iter().filter(|(key, _)| !changed(key)).copied();
    kept.chain(changes.iter().filter_map(|(key, value)| Some((*key, (*value)?)))).collect()
}

impl Site {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.url)
    }

    pub(crate) fn back_end(&self) -> Headers {
        let mut headers = back_end_headers(&self.rong, "14314", &now_ms().to_string());
        headers.extend(pairs(&[("Content-Type", FORM)]));
        headers
    }

    /// Another key of the back end, whose requests must each be signed anew.
    pub(crate) fn strict_key(&self) -> Key {
        let made = self.sixin(&["app-key", "create", "--dialect", "rongcloud", "--strict"]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Key { id: text("app_id"), secret: text("secret") }
    }

    /// A back end publishes a form.
    pub(crate) fn publish(&self, fields: &[(&str, &str)]) -> Answer {
        self.call_back_end(PUBLISH, fields)
    }

    /// A back end sends a form somewhere.
    pub(crate) fn call_back_end(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        post(&self.url(path), &self.back_end(), &form(fields))
    }

    /// A back end sends JSON somewhere.
    pub(crate) fn call_back_end_json(&self, path: &str, body: &Value, more: &[(&str, &str)]) -> Answer {
        let mut headers = back_end_headers(&self.rong, "14314", &now_ms().to_string());
        headers.extend(pairs(&[("Content-Type", "application/json")]));
        headers.extend(pairs(more));
        post(&self.url(path), &headers, body.to_string().as_bytes())
    }

    /// A back end publishes a text from one user to another at any server of the site, under a key or without.
    pub(crate) fn try_publish_text_at(
        &self,
        server: &str,
        (from, to): (&str, &str),
        text: &str,
        key: Option<&str>,
    ) -> Result<Answer, ureq::Error> {
        let content = text_content(text);
        let fields =
            [("fromUserId", from), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", &*content)];
        let mut headers = self.back_end();
        headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.to_owned())));
        try_post(&format!("{server}{PUBLISH}"), &headers, &form(&fields))
    }

    /// A back end publishes a text from one user to another.
    pub(crate) fn publish_text(&self, from: &str, to: &str, text: &str) -> Answer {
        let content = text_content(text);
        self.publish(&[
            ("fromUserId", from),
            ("toUserId", to),
            ("objectName", "RC:TxtMsg"),
            ("content", &content),
        ])
    }

    /// The headers of a user, with changes: a value of `None` leaves the header out. What is signed is what is sent.
    pub(crate) fn user_headers(&self, person: &Person, changes: &[(&'static str, Option<&str>)]) -> Headers {
        let uid = person.uid.to_string();
        let now = now_ms().to_string();
        let mut values: Vec<(&'static str, Option<&str>)> = vec![
            ("platformId", Some("5")),
            ("version", Some("2.0.0")),
            ("appId", Some(&self.fresns.id)),
            ("timestamp", Some(&now)),
            ("aid", Some(&person.aid)),
            ("uid", Some(&uid)),
            ("token", Some(&person.token)),
            ("deviceInfo", Some("{}")),
            ("langTag", Some("en")),
            ("timezone", Some("+0")),
        ];
        for change in changes {
            values.retain(|(name, _)| *name != change.0);
            values.push(*change);
        }
        let unsigned = ["deviceInfo", "langTag", "timezone", "sign"];
        let signed = values
            .iter()
            .filter(|(name, _)| !unsigned.contains(name))
            .filter_map(|(name, value)| Some((*name, (*value)?.to_owned())))
            .collect();
        let sign =
            HttpSignatures.sign(&SignedParts::Fields(signed), &Secret::new(self.fresns.secret.as_str()));
        if !values.iter().any(|(name, _)| *name == "sign") {
            values.push(("sign", Some(&sign)));
        }
        let mut headers: Headers = values
            .iter()
            .filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned())))
            .collect();
        headers.extend(pairs(&[("Content-Type", "application/json")]));
        headers
    }

    /// A user reads something below `/api/v2/`.
    pub(crate) fn get_as(&self, person: &Person, path: &str) -> Answer {
        self.call_as(person, "GET", path, "")
    }

    /// A user calls something below `/api/v2/`.
    pub(crate) fn call_as(&self, person: &Person, method: &str, path: &str, body: &str) -> Answer {
        let url = self.url(&format!("/api/v2/{path}"));
        try_call(method, &url, &self.user_headers(person, &[]), body.as_bytes()).unwrap()
    }

    /// A user sends a JSON body.
    pub(crate) fn send(&self, person: &Person, body: &Value) -> Answer {
        post(&self.url(SEND), &self.user_headers(person, &[]), body.to_string().as_bytes())
    }

    /// A user sends a text to somebody.
    pub(crate) fn send_text(&self, person: &Person, to: &str, text: &str) -> Answer {
        self.send(person, &json!({ "uidOrUsername": to, "message": text }))
    }
}
