//! A device with the SDK on it: a process of its own, since the SDK is one per process.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clients::{prepared, scripts};
use crate::site::{PATIENCE, Site};

/// What a device has said.
#[derive(Default)]
struct Heard {
    answers: Vec<Value>,
    events: Vec<Value>,
    /// What must not happen: exceptions, complaints in the log of the page.
    wrong: Vec<Value>,
    /// Hosts that are not ours.
    outside: Vec<String>,
}

/// A device.
pub(super) struct Device {
    child: Child,
    input: Mutex<ChildStdin>,
    heard: Arc<(Mutex<Heard>, Condvar)>,
    calls: Mutex<u64>,
    name: String,
}

/// The conversation with somebody.
pub(super) fn with(user: &str) -> Value {
    json!({ "conversationType": 1, "targetId": user })
}

/// A token of a device, as its back end gets it.
pub(super) fn token(site: &Site, user: &str) -> String {
    let answer = site.call_back_end("/user/getToken.json", &[("userId", user), ("name", user)]);
    answer.is(200, 200).body["token"].as_str().unwrap().to_owned()
}

impl Device {
    /// One that is not connected. `None` where clients are left out.
    pub(super) fn new(site: &Site, name: &str) -> Option<Self> {
        Self::at(site, name, &site.server.url)
    }

    /// The same with an address of its own.
    pub(super) fn at(site: &Site, name: &str, url: &str) -> Option<Self> {
        let modules = prepared("SIXIN_TEST_NODE")?;
        let mut child = Command::new("node")
            .arg(scripts("node").join("chat-device.mjs"))
            .env("SIXIN_NODE_MODULES", PathBuf::from(modules).join("node_modules"))
            .env("SIXIN_APP_KEY", &site.rong.id)
            .env("SIXIN_URL", url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let heard: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        let hearing = Arc::clone(&heard);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let said: Value = serde_json::from_str(&line).unwrap();
                let mut heard = hearing.0.lock().unwrap();
                if said.get("id").is_some() {
                    heard.answers.push(said);
                } else if said.get("wrong").is_some() {
                    heard.wrong.push(said);
                } else if let Some(host) = said["outside"].as_str() {
                    heard.outside.push(host.to_owned());
                } else {
                    heard.events.push(said);
                }
                hearing.1.notify_all();
            }
        });
        let name = name.to_owned();
        Some(Self { child, input: Mutex::new(input), heard, calls: Mutex::new(0), name })
    }

    /// One that is connected and has got all that was there.
    pub(super) fn connected(site: &Site, user: &str) -> Option<Self> {
        let device = Self::new(site, user)?;
        device.connect(&token(site, user)).is(0);
        device.wait("PULL_OFFLINE_MESSAGE_FINISHED");
        Some(device)
    }

    pub(super) fn connect(&self, token: &str) -> Answered {
        self.call("connect", &json!([token]))
    }

    /// Calls the SDK and waits for what it answers.
    pub(super) fn call(&self, call: &str, args: &Value) -> Answered {
        let id = self.begin(call, args);
        let answer = self.until(&format!("an answer to {call}"), |heard| {
            heard.answers.iter().find(|answer| answer["id"] == id).cloned()
        });
        Answered { call: format!("{call}{args} of {}", self.name), answer }
    }

    /// Calls the SDK.
    fn begin(&self, call: &str, args: &Value) -> u64 {
        let mut calls = self.calls.lock().unwrap();
        *calls += 1;
        let line = json!({ "id": *calls, "call": call, "args": args });
        writeln!(self.input.lock().unwrap(), "{line}").unwrap();
        *calls
    }

    /// Sends a text that has to be taken; answers its UID and time.
    pub(super) fn text(&self, to: &str, text: &str) -> (String, i64) {
        let sent = self.call("text", &json!([to, text]));
        let sent = sent.is(0);
        (sent["messageUId"].as_str().unwrap().to_owned(), sent["sentTime"].as_i64().unwrap())
    }

    fn until<T>(&self, what: &str, look: impl Fn(&mut Heard) -> Option<T>) -> T {
        let begun = Instant::now();
        let mut heard = self.heard.0.lock().unwrap();
        loop {
            if let Some(found) = look(&mut heard) {
                return found;
            }
            let (events, wrong) = (&heard.events, &heard.wrong);
            assert!(begun.elapsed() < PATIENCE, "{} waits for {what}; {events:?} {wrong:?}", self.name);
            heard = self.heard.1.wait_timeout(heard, Duration::from_millis(200)).unwrap().0;
        }
    }

    /// Waits for an event and takes it.
    pub(super) fn wait(&self, event: &str) -> Value {
        self.wait_for(event, |_| true)
    }

    /// The same of one that is what a test wants.
    pub(super) fn wait_for(&self, event: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        self.until(event, |heard| {
            let place =
                heard.events.iter().position(|said| said["event"] == event && is_it(&said["said"]))?;
            Some(heard.events.remove(place)["said"].take())
        })
    }

    /// Waits until messages have come that are so many, and takes all of them, in their order.
    pub(super) fn messages(&self, count: usize) -> Vec<Value> {
        let come = |heard: &Heard| -> Vec<Value> {
            let pages = heard.events.iter().filter(|said| said["event"] == "MESSAGES");
            pages.flat_map(|said| said["said"]["messages"].as_array().unwrap().clone()).collect()
        };
        self.until(&format!("{count} messages"), |heard| {
            let found = come(heard);
            (found.len() >= count).then(|| {
                heard.events.retain(|said| said["event"] != "MESSAGES");
                found
            })
        })
    }

    /// The texts of the next so many messages, which must be texts.
    pub(super) fn texts(&self, count: usize) -> Vec<String> {
        self.messages(count)
            .iter()
            .map(|message| {
                message["content"]["content"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned()
            })
            .collect()
    }

    /// Nothing of that kind has come.
    pub(super) fn has_not(&self, event: &str) {
        let heard = self.heard.0.lock().unwrap();
        let came: Vec<&Value> = heard.events.iter().filter(|said| said["event"] == event).collect();
        assert!(came.is_empty(), "{} got {came:?}", self.name);
    }

    /// Forgets what has come until now.
    pub(super) fn forget(&self) {
        self.heard.0.lock().unwrap().events.clear();
    }

    /// Whatever is on its way has come: a message of somebody else is behind it.
    pub(super) fn settle(&self, site: &Site) {
        self.forget();
        let text = format!("settled {:?}", Instant::now());
        site.publish_text("carol", &self.name, &text).is(200, 200);
        self.wait_for("MESSAGES", |said| said.to_string().contains(&text));
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            return;
        }
        let heard = self.heard.0.lock().unwrap();
        assert!(heard.wrong.is_empty(), "{}: {:?}", self.name, heard.wrong);
        // It asks one host of its vendor for settings, and does without; 5.3 sends its log to another.
        let known = ["dualstack-cloudcontrol.rong-edge.com", "logcollection.ronghub.com"];
        let known = |host: &String| known.contains(&host.as_str());
        assert!(heard.outside.iter().all(known), "{}: {:?}", self.name, heard.outside);
    }
}

/// What a call was answered.
#[derive(Debug)]
pub(super) struct Answered {
    call: String,
    answer: Value,
}

impl Answered {
    /// It has that code; answers its data.
    pub(super) fn is(&self, code: i64) -> &Value {
        assert_eq!(self.answer["answer"]["code"], code, "{}: {}", self.call, self.answer);
        &self.answer["answer"]["data"]
    }

    /// What a function gives that has no code.
    pub(super) fn value(&self) -> &Value {
        &self.answer["answer"]
    }

    /// The code of the answer: 0 of what has none and did not fail.
    pub(super) fn code(&self) -> Option<i64> {
        let answer = self.answer.get("answer")?;
        answer.get("code").map_or(Some(0), Value::as_i64)
    }
}
