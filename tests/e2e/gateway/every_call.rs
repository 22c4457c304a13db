//! Every function that the SDK has, held against what docs/client-sdk-calls.md says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Device;
use super::device::with;
use crate::database::TestDatabase;
use crate::site::{PATIENCE, Site};

/// What a section of the page promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Promise {
    /// Sections 1 and 2: it succeeds.
    Does,
    /// Section 3: sixin says at once that it does not do this.
    Refused,
    /// Section 4: the SDK fails by itself, and asks nobody.
    NotAsked,
}

const PAGE: &str = include_str!("../../../docs/client-sdk-calls.md");
const CALLS: &str = include_str!("../../clients/node/every-call.json");
const SECTIONS: [(&str, Promise); 4] = [
    ("## What sixin does", Promise::Does),
    ("## What the SDK does by itself", Promise::Does),
    ("## What sixin refuses", Promise::Refused),
    ("## What the SDK refuses by itself", Promise::NotAsked),
];
/// What is run by other tests or within other calls, or has a function for its argument that no line of JSON can hold.
const ELSEWHERE: [&str; 21] = [
    "addEventListener",
    "addMonitor",
    "clearEventListeners",
    "connect",
    "createLogDBProxy",
    "fail",
    "getFileUrl",
    "init",
    "installPlugin",
    "ok",
    "onceEventListener",
    "registerMessageType",
    "removeEventListener",
    "removeEventListeners",
    "removeMonitor",
    "requestStreamMessageContent",
    "sendGIFMessage",
    "sendHQVoiceMessage",
    "sendImageMessage",
    "sendMessage",
    "sendSightMessage",
];

/// The functions that the page names, with what it says of each.
fn promised() -> BTreeMap<String, Promise> {
    let mut promised = BTreeMap::new();
    for (heading, promise) in SECTIONS {
        let (_, rest) = PAGE.split_once(heading).unwrap_or_else(|| panic!("{heading} is not on the page"));
        let section = rest.split("\n## ").next().unwrap();
        for name in section.split('`').skip(1).step_by(2) {
            assert_eq!(promised.insert(name.to_owned(), promise), None, "{name} is there twice");
        }
    }
    promised
}

/// The numbers that the page gives to what the SDK refuses by itself: those before the names of a list.
fn numbers_of(name: &str) -> Vec<i64> {
    let listed = PAGE.split("\n- ").find(|one| one.contains(&format!("`{name}`"))).unwrap();
    let before = listed.split('`').next().unwrap();
    before.split(|sign: char| !sign.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect()
}

/// Arguments with what is known of a message in the place of its name.
fn filled(args: &Value, known: &BTreeMap<&str, Value>) -> Value {
    match args {
        Value::String(text) => known.get(text.as_str()).unwrap_or(args).clone(),
        Value::Array(all) => all.iter().map(|one| filled(one, known)).collect(),
        Value::Object(all) => all
            .iter()
            .map(|(name, one)| (name.clone(), filled(one, known)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        _ => args.clone(),
    }
}

/// The same message as if it were in an ultra group.
fn in_an_ultra_group(message: &Value) -> Value {
    let mut message = message.clone();
    message["conversationType"] = json!(10);
    message["targetId"] = json!("ultra");
    message
}

/// How often sixin has said that it does not do something.
fn refused(site: &Site) -> u64 {
    site.server.metrics_that(|name| {
        name.starts_with("sixin_gateway_calls_total") && name.contains("outcome=\"unsupported\"")
    })
}

/// The same once all is counted: that happens a moment after an answer, and some functions ask twice.
fn refusals(site: &Site, before: u64, promise: Promise) -> u64 {
    let (begun, mut last) = (Instant::now(), before);
    loop {
        std::thread::sleep(Duration::from_millis(20));
        let now = refused(site);
        let is_awaited = promise == Promise::Refused && now == before && begun.elapsed() < PATIENCE;
        if now == last && !is_awaited {
            return now;
        }
        last = now;
    }
}

#[test]
fn every_function_of_the_sdk_does_what_the_page_says() {
    let configuration = [("SIXIN__RATE__SENDS", "100000")];
    let site = Site::on(TestDatabase::sqlite(), &configuration);
    site.sixin(&["setting", "set", "conversation_files", r#"["image","video","audio","document"]"#]);
    let Some(alice) = Device::connected(&site, "alice") else { return };
    let Some(bob) = Device::connected(&site, "bob") else { return };
    let promised = promised();
    let calls: Vec<(String, Value)> = serde_json::from_str(CALLS).unwrap();
    let functions = alice.call("functions", &json!([])).value().clone();
    let functions: BTreeSet<&str> =
        functions.as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(functions, promised.keys().map(String::as_str).collect(), "the page names all functions");
    let called = calls.iter().map(|(name, _)| name.as_str());
    let tried: BTreeSet<&str> = called.chain(ELSEWHERE).collect();
    assert_eq!(functions, tried, "every function is called");

    let theirs = json!(bob.text("alice", "to you").0);
    for (name, args) in &calls {
        let sent = alice.call("text", &json!(["bob", "hello", { "canIncludeExpansion": true }]));
        let mut message = if name == "destroy" { json!({}) } else { sent.is(0).clone() };
        message["expansion"] = json!({ "k": "v" });
        let known = BTreeMap::from([
            ("$uid", message["messageUId"].clone()),
            ("$time", message["sentTime"].clone()),
            ("$ultra", in_an_ultra_group(&message)),
            ("$message", message),
            ("$theirs", theirs.clone()),
            ("$bob", with("bob")),
        ]);
        let before = refused(&site);
        let answer = alice.call(name, &filled(args, &known));
        let is_so = match promised[name] {
            Promise::Does => answer.code() == Some(0),
            Promise::Refused => answer.code() == Some(35004),
            // What is thrown has no number.
            Promise::NotAsked => match answer.code() {
                Some(code) => numbers_of(name).contains(&code),
                None => numbers_of(name).is_empty(),
            },
        };
        assert!(is_so, "{name}: {answer:?}, {:?}", promised[name]);
        let refused = refusals(&site, before, promised[name]) - before;
        assert_eq!(refused > 0, promised[name] == Promise::Refused, "{name}: refused {refused} times");
    }
}
