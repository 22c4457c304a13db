//! What receivers are told is what the OpenAPI document says they are.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::receiver::{HERE, Receiver, Reply};
use crate::back_ends::rongcloud_messages::{modify, recall, uid};
use crate::calls::text_content;
use crate::database::TestDatabase;
use crate::live::streams::{Follow, Socket, Who};
use crate::site::{Person, Site};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../openapi/sixin.json");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
});
/// What schemas say that is nothing to check.
const WORDS: [&str; 7] = ["description", "example", "examples", "format", "title", "minimum", "default"];

/// In what a body differs from what the document says of its type.
pub(super) fn misfit(body: &Value) -> Result<(), String> {
    let name = body["type"].as_str().unwrap_or_default();
    let schema = &DOCUMENT["webhooks"][name]["post"]["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        return Err(format!("{name:?} is not described"));
    }
    whole(schema, body, name)
}

/// A value fits, and has no member that is not described.
fn whole(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    fits(schema, value, at)?;
    let described = members(schema);
    let of_value = value.as_object().into_iter().flatten().map(|(name, _)| name);
    let unknown: Vec<_> = of_value.filter(|name| !described.contains(*name)).collect();
    if described.is_empty() || unknown.is_empty() {
        return Ok(());
    }
    Err(format!("{at} has {unknown:?}, which is not described"))
}

fn fits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{at}: {value} {why} {schema}"));
    for (keyword, said) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => fits(referred(said), value, at)?,
            "allOf" => said.as_array().unwrap().iter().try_for_each(|part| fits(part, value, at))?,
            "oneOf" => {
                let choices = said.as_array().unwrap().iter();
                if choices.filter(|choice| fits(choice, value, at).is_ok()).count() != 1 {
                    return wrong("is not one of");
                }
            }
            "type" if !is_of(said, value) => return wrong("is no"),
            "enum" if !said.as_array().unwrap().contains(value) => return wrong("is none of"),
            "required" => {
                if let Some(name) =
                    said.as_array().unwrap().iter().find(|name| value.get(text(name)).is_none())
                {
                    return wrong(&format!("has no {name} for"));
                }
            }
            "properties" => {
                for (name, schema) in said.as_object().unwrap() {
                    value.get(name).map_or(Ok(()), |value| whole(schema, value, &format!("{at}.{name}")))?;
                }
            }
            "items" => {
                let mut items = value.as_array().into_iter().flatten();
                items.try_for_each(|item| whole(said, item, &format!("{at}[]")))?;
            }
            "type" | "enum" => {}
            word if WORDS.contains(&word) => {}
            unknown => return Err(format!("{at}: nobody checks {unknown}")),
        }
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn referred(reference: &Value) -> &'static Value {
    DOCUMENT.pointer(text(reference).trim_start_matches('#')).unwrap()
}

fn is_of(kinds: &Value, value: &Value) -> bool {
    let is = |kind: &str| match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    kinds.as_array().map_or_else(|| is(text(kinds)), |kinds| kinds.iter().any(|kind| is(text(kind))))
}

/// The names that a schema gives to members.
fn members(schema: &Value) -> BTreeSet<String> {
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let referred = schema.get("$ref").map(referred).into_iter();
    let parts = ["allOf", "oneOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    own.chain(referred.chain(parts).flat_map(members)).collect()
}

/// Does what each event tells of.
fn do_everything(site: &Site, all: &Receiver, pushes: &Receiver) {
    let change = |person: &Person, method: &str, what: &str, body: &Value| {
        site.call_as(person, method, &format!("conversation/{what}"), &body.to_string()).is(200, 0);
    };
    let publish = |text: &str| {
        let content = text_content(text);
        let base = [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "RC:TxtMsg")];
        uid(&site.publish(
            &[&base[..], &[("content", &content), ("expansion", "true"), ("extraContent", "{}")]].concat(),
        ))
    };
    site.publish_text("carol", "bob", "wakes bob").is(200, 200);
    pushes.until(site, "a push", |pushes| !pushes.received().is_empty());
    let first = publish("first");
    modify(site, "alice", "bob", &first, &text_content("else")).is(200, 200);
    let pairs =
        [("msgUID", first.as_str()), ("userId", "alice"), ("targetId", "bob"), ("conversationType", "1")];
    let pairs = [&pairs[..], &[("extraKeyVal", r#"{"a":"b"}"#)]].concat();
    site.call_back_end("/message/expansion/set.json", &pairs).is(200, 200);
    let second = publish("second");
    let list = site.get_as(&site.bob, "conversation/alice/messages");
    let messages = list.is(200, 0).body["data"]["list"].clone();
    let these = json!({ "type": "message", "messageIds": messages[0]["id"].to_string().replace('"', "") });
    change(&site.bob, "PUT", "mark-as-read", &these);
    change(&site.bob, "DELETE", "delete", &these);
    let id = site.get_as(&site.bob, "conversation/alice/detail").is(200, 0).body["data"]["id"].clone();
    let entire = json!({ "type": "conversation", "conversationId": id });
    change(&site.bob, "PUT", "mark-as-read", &entire);
    change(&site.bob, "PUT", "pin", &json!({ "conversationId": id }));
    let muted = [("conversationType", "1"), ("requestId", "bob"), ("targetId", "alice"), ("isMuted", "1")];
    site.call_back_end("/conversation/notification/set.json", &muted).is(200, 200);
    let cleaned = [("conversationType", "1"), ("fromUserId", "bob"), ("targetId", "alice")];
    site.call_back_end("/conversation/message/history/clean.json", &cleaned).is(200, 200);
    change(&site.bob, "DELETE", "delete", &entire);
    recall(site, "alice", "bob", &second, &[]).is(200, 200);
    site.sixin(&["user", "block", "bob", "alice"]);
    site.sixin(&["user", "disable", "carol"]);
    let mut socket =
        Socket::try_at(&site.server.url, "/live/ws", &Who::device(site, "alice").headers(site)).unwrap();
    socket.say(&json!({ "t": "since" }));
    socket.until("caught_up");
    let is_told = |all: &Receiver| all.received().iter().any(|one| one.json()["type"] == "user.online");
    all.until(site, "somebody online", is_told);
}

#[test]
fn every_event_is_told_as_the_document_describes_it() {
    let site =
        Site::on(TestDatabase::sqlite(), &[HERE, &[("SIXIN__PUSH__GRACE_MILLISECONDS", "500")]].concat());
    let (all, pushes) = (Receiver::willing(), Receiver::willing());
    let gone = Receiver::start(|_, _| Reply::Status(410));
    let asked = Receiver::start(|_, _| Reply::Says(r#"{"decision":"allow"}"#));
    let (id, _) = site.told(&all, &[]);
    site.told(&pushes, &["--events", "push.requested"]);
    site.told(&gone, &["--events", "message.recalled"]);
    site.webhook(&["test", &id]);
    for arguments in [&["add", asked.url.as_str(), "--dialects", "rongcloud"][..], &["test", "1"]] {
        site.try_here("hook", arguments, "", &[]).unwrap();
    }
    let device = json!({ "platform": "apns", "token": "0a1b2c", "app": "org.example" });
    assert!(site.register_device(&site.bob, &device).body["deviceId"].is_i64());
    std::thread::sleep(std::time::Duration::from_secs(2));
    do_everything(&site, &all, &pushes);
    // Whatever a receiver gets is looked at as it comes.
    let told = || -> BTreeSet<String> {
        let received = [all.received(), pushes.received(), asked.received()].concat();
        received.iter().map(|received| text(&received.json()["type"]).to_owned()).collect()
    };
    let described: BTreeSet<String> = DOCUMENT["webhooks"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(described.len(), 19);
    let begun = std::time::Instant::now();
    while told() != described {
        let missing: Vec<_> = described.difference(&told()).cloned().collect();
        assert!(
            begun.elapsed() < crate::site::PATIENCE,
            "nobody was told {missing:?}\n{}",
            site.server.log()
        );
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_body_that_is_not_as_it_is_described_is_found() {
    let told = |data: Value| json!({ "type": "endpoint.disabled", "timestamp": "x", "data": data });
    assert_eq!(misfit(&told(json!({ "pos": 1, "endpointId": 2 }))), Ok(()));
    for data in [
        json!({ "pos": 1 }),
        json!({ "pos": "1", "endpointId": 2 }),
        json!({ "pos": 1, "endpointId": 2, "more": 3 }),
        json!(7),
    ] {
        assert!(misfit(&told(data.clone())).is_err(), "{data}");
    }
    assert!(misfit(&json!({ "type": "nobody.knows", "data": {} })).is_err());
}
