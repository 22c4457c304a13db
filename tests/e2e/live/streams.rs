//! Clients of the three doors, as simple as can be.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};

use crate::calls::{Headers, try_call};
use crate::site::{PATIENCE, Person, Site};

/// Something that was told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) event: String,
    pub(crate) cursor: Option<String>,
    pub(crate) data: Value,
}

impl Told {
    /// The text of a message, in either dialect.
    pub(crate) fn text(&self) -> Option<String> {
        if let Some(text) = self.data["message"]["content"].as_str() {
            return Some(text.to_owned());
        }
        let content: Value = serde_json::from_str(self.data["content"].as_str()?).ok()?;
        Some(content["content"].as_str()?.to_owned())
    }
}

/// Who follows: a user of an app, or a device with its token.
#[derive(Clone)]
pub(crate) enum Who {
    App(Box<Person>),
    Device(String),
}

impl Who {
    pub(crate) fn app(person: &Person) -> Self {
        Self::App(Box::new(person.clone()))
    }

    /// A device of a user, with a new token.
    pub(crate) fn device(site: &Site, user: &str) -> Self {
        let answer = site.call_back_end("/user/getToken.json", &[("userId", user), ("name", user)]);
        answer.is(200, 200);
        Self::Device(answer.body["token"].as_str().unwrap().to_owned())
    }

    pub(crate) fn headers(&self, site: &Site) -> Headers {
        match self {
            Self::App(person) => {
                let mut headers = site.user_headers(person, &[]);
                headers.retain(|(name, _)| name != "Content-Type");
                headers
            }
            Self::Device(token) => vec![("Authorization".to_owned(), format!("Bearer {token}"))],
        }
    }
}

/// Asks once.
pub(crate) fn poll(site: &Site, who: &Who, query: &str) -> crate::calls::Answer {
    let url = site.url(&format!("/live/poll{query}"));
    try_call("GET", &url, &who.headers(site), b"").unwrap()
}

/// What an answer to a poll told.
pub(crate) fn told(body: &Value) -> Vec<Told> {
    let one = |event: &Value| Told {
        event: event["e"].as_str().unwrap().to_owned(),
        cursor: event["c"].as_str().map(str::to_owned),
        data: event["d"].clone(),
    };
    body["events"].as_array().unwrap().iter().map(one).collect()
}

/// A door that is open: events come out of it.
pub(crate) trait Follow {
    /// What comes next; `None` at the end of the stream, or if nothing comes in time.
    fn next(&mut self, time: Duration) -> Option<Told>;

    /// The next one of a kind.
    #[track_caller]
    fn until(&mut self, event: &str) -> Told {
        let mut seen = Vec::new();
        while let Some(told) = self.next(PATIENCE) {
            if told.event == event {
                return told;
            }
            seen.push(told);
        }
        panic!("{event} did not come after {seen:?}");
    }
}

/// Server-sent events.
pub(crate) struct Events {
    lines: BufReader<TcpStream>,
    /// Bytes of the body that were read and not yet made into lines.
    text: Vec<u8>,
    pub(crate) head: String,
    pub(crate) retry: Option<u64>,
    pub(crate) last_id: Option<String>,
    /// Lines that say only that the stream is alive.
    pub(crate) heartbeats: usize,
}

impl Events {
    pub(crate) fn open(site: &Site, who: &Who, since: Option<&str>) -> Self {
        let query = since.map(|since| format!("?since={since}")).unwrap_or_default();
        Self::at(&site.server.url, &format!("/live/events{query}"), &who.headers(site))
    }

    pub(crate) fn at(server: &str, path: &str, headers: &Headers) -> Self {
        let address = server.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).unwrap();
        let mut head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/event-stream\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        socket.write_all(format!("{head}\r\n").as_bytes()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut lines = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if lines.read_line(&mut head).unwrap_or(0) == 0 {
                break;
            }
        }
        Self { lines, text: Vec::new(), head, retry: None, last_id: None, heartbeats: 0 }
    }

    pub(crate) fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// A chunk more of the body; `false` at its end, or if none comes.
    fn chunk(&mut self) -> bool {
        let mut size = String::new();
        if self.lines.read_line(&mut size).unwrap_or(0) == 0 {
            return false;
        }
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        let mut chunk = vec![0; size + 2];
        if size == 0 || self.lines.read_exact(&mut chunk).is_err() {
            return false;
        }
        self.text.extend_from_slice(&chunk[..size]);
        true
    }

    fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.text.windows(2).position(|pair| pair == b"\n\n") {
                let block = self.text.drain(..end + 2).collect::<Vec<_>>();
                return Some(String::from_utf8(block).unwrap());
            }
            if !self.chunk() {
                return None;
            }
        }
    }
}

impl Follow for Events {
    fn next(&mut self, time: Duration) -> Option<Told> {
        self.lines.get_ref().set_read_timeout(Some(time)).unwrap();
        let begun = Instant::now();
        // Heartbeats are no events.
        while begun.elapsed() < time {
            let block = self.block()?;
            let (mut event, mut data) = (None, None);
            for line in block.lines() {
                match line.split_once(": ") {
                    Some(("id", id)) => self.last_id = Some(id.to_owned()),
                    Some(("event", name)) => event = Some(name.to_owned()),
                    Some(("data", text)) => data = Some(serde_json::from_str(text).unwrap()),
                    Some(("retry", number)) => self.retry = Some(number.parse().unwrap()),
                    Some(("", "hb")) => self.heartbeats += 1,
                    _ => {}
                }
            }
            if let (Some(event), Some(data)) = (event, data) {
                return Some(Told { event, cursor: self.last_id.clone(), data });
            }
        }
        None
    }
}

/// A WebSocket.
pub(crate) struct Socket(pub(crate) WebSocket<TcpStream>);

impl Socket {
    pub(crate) fn open(site: &Site, who: &Who, since: Option<&str>) -> Self {
        let mut socket = Self::try_at(&site.server.url, "/live/ws", &who.headers(site)).unwrap();
        socket.say(&json!({ "t": "since", "c": since }));
        socket
    }

    /// The connection, or the status with which it was refused.
    pub(crate) fn try_at(server: &str, path: &str, headers: &Headers) -> Result<Self, u16> {
        let address = server.trim_start_matches("http://");
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        request.headers_mut().insert("sec-websocket-protocol", "sixin.v1".parse().unwrap());
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).unwrap();
    }

    /// The code with which the server closes, once it does.
    pub(crate) fn close_code(&mut self) -> Option<u16> {
        self.0.get_ref().set_read_timeout(Some(PATIENCE)).unwrap();
        loop {
            match self.0.read() {
                Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }
}

impl Follow for Socket {
    fn next(&mut self, time: Duration) -> Option<Told> {
        self.0.get_ref().set_read_timeout(Some(time)).unwrap();
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    return Some(Told {
                        event: frame["e"].as_str().unwrap().to_owned(),
                        cursor: frame["c"].as_str().map(str::to_owned),
                        data: frame["d"].clone(),
                    });
                }
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }
}

/// Long poll.
pub(crate) struct Poller<'s> {
    site: &'s Site,
    server: String,
    who: Who,
    cursor: Option<String>,
    waiting: std::collections::VecDeque<Told>,
}

impl<'s> Poller<'s> {
    pub(crate) fn open(site: &'s Site, who: &Who, since: Option<&str>) -> Self {
        let cursor = match since {
            Some(since) => since.to_owned(),
            None => poll(site, who, "?wait=0").body["cursor"].as_str().unwrap().to_owned(),
        };
        Self::at(site, &site.server.url, who, cursor)
    }

    /// At any server of the site.
    pub(crate) fn at(site: &'s Site, server: &str, who: &Who, cursor: String) -> Self {
        let (server, who) = (server.to_owned(), who.clone());
        Self { site, server, who, cursor: Some(cursor), waiting: Default::default() }
    }
}

impl Follow for Poller<'_> {
    fn next(&mut self, time: Duration) -> Option<Told> {
        if let Some(told) = self.waiting.pop_front() {
            return Some(told);
        }
        let since = self.cursor.clone().unwrap_or_default();
        let query = format!("?since={since}&wait={}", time.as_secs().min(60));
        let url = format!("{}/live/poll{query}", self.server);
        let answer = try_call("GET", &url, &self.who.headers(self.site), b"").ok()?;
        if answer.status != 200 {
            return None;
        }
        self.cursor = answer.body["cursor"].as_str().map(str::to_owned);
        self.waiting.extend(told(&answer.body));
        if answer.body["reset"] == true {
            let cursor = self.cursor.clone();
            self.waiting.push_back(Told { event: "reset".to_owned(), cursor, data: Value::Null });
        }
        self.waiting.pop_front()
    }
}

/// What opens a door of a server, unless that is not there: which is a panic of these simple clients.
pub(crate) fn if_there<T>(server: &str, open: impl FnOnce() -> T) -> Option<T> {
    TcpStream::connect(server.trim_start_matches("http://")).ok()?;
    catch_unwind(AssertUnwindSafe(open)).ok()
}

/// One of the three doors at any server of the site, going on after a cursor, unless that is not there.
pub(crate) fn door_at<'s>(
    door: usize,
    site: &'s Site,
    server: &str,
    who: &Who,
    since: &str,
) -> Option<Box<dyn Follow + 's>> {
    let path = |door: &str| format!("/live/{door}?since={since}");
    if_there(server, || -> Option<Box<dyn Follow + 's>> {
        Some(match door {
            0 => Box::new(Poller::at(site, server, who, since.to_owned())),
            1 => Box::new(Events::at(server, &path("events"), &who.headers(site))),
            _ => Box::new(Socket::try_at(server, &path("ws"), &who.headers(site)).ok()?),
        })
    })?
}

/// The three doors, each open for the same user from the same place.
pub(crate) fn doors<'s>(
    site: &'s Site,
    who: &Who,
    since: Option<&str>,
) -> Vec<(&'static str, Box<dyn Follow + 's>)> {
    vec![
        ("poll", Box::new(Poller::open(site, who, since))),
        ("events", Box::new(Events::open(site, who, since))),
        ("socket", Box::new(Socket::open(site, who, since))),
    ]
}
