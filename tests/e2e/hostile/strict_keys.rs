//! What a strict key lets through once, it lets through once: on every route of both dialects, whatever came of it, and
//! however the same signed bytes are spelled.

use serde_json::{Value, json};

use crate::calls::{Answer, Headers, back_end_headers, form, now_ms, post, text_content, try_call};
use crate::on_every_database;
use crate::site::{Key, Site};

on_every_database!(
    no_route_of_a_back_end_takes_a_signature_twice,
    no_route_of_an_app_takes_a_signature_twice,
    what_was_refused_does_not_pass_later,
    signed_bytes_are_used_up_however_they_are_split_and_spelled,
);

/// Routes that ask for no signature: anybody may call them, or a link with a signature of its own leads there.
const OPEN: &[&str] = &["/status.json", "/assets/avatar.png", "/files/{fid}", "/message/history/{date}.zip"];

fn make_strict(site: &Site) {
    site.change("UPDATE session_keys SET is_strict = 1");
}

/// Every path and method of the description that has the tag.
fn routes(tag: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(include_str!("../../../openapi/sixin.json")).unwrap();
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["tags"].as_array().is_some_and(|tags| tags.contains(&json!(tag))) {
                routes.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    routes.retain(|(_, path)| !OPEN.contains(&path.as_str()));
    assert!(routes.len() > 15, "{routes:?}");
    routes
}

/// A path with something in the place of each parameter.
fn filled(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

fn is_replay(answer: &Answer) -> bool {
    answer.code() == 31303
        || answer.body["errorMessage"].as_str().is_some_and(|text| text.contains("used before"))
}

#[track_caller]
fn passes_once(site: &Site, method: &str, path: &str, headers: &Headers) {
    let call = || try_call(method, &site.url(&filled(path)), headers, b"").unwrap();
    let first = call();
    assert!(!is_replay(&first), "{method} {path}: {first:?}");
    let again = call();
    assert!(is_replay(&again), "{method} {path}: {again:?}");
}

fn no_route_of_a_back_end_takes_a_signature_twice(site: &Site) {
    make_strict(site);
    for (number, (method, path)) in routes("rongcloud").iter().enumerate() {
        let headers = back_end_headers(&site.rong, &format!("route{number}"), &now_ms().to_string());
        passes_once(site, method, path, &headers);
    }
}

fn no_route_of_an_app_takes_a_signature_twice(site: &Site) {
    make_strict(site);
    for (number, (method, path)) in routes("fresns").iter().enumerate() {
        // Another version signs another text.
        let version = format!("2.0.{number}");
        let known = site.user_headers(&site.alice, &[("version", Some(&version))]);
        passes_once(site, method, path, &known);
        let nobody: Vec<_> =
            [("aid", None), ("uid", None), ("token", None), ("version", Some(version.as_str()))].into();
        passes_once(site, method, path, &site.user_headers(&site.alice, &nobody));
    }
}

fn publish_with(site: &Site, headers: &Headers, to: &str) -> Answer {
    let content = text_content("once");
    let fields =
        [("fromUserId", "alice"), ("toUserId", to), ("objectName", "RC:TxtMsg"), ("content", &*content)];
    post(&site.url("/message/private/publish.json"), headers, &form(&fields))
}

fn what_was_refused_does_not_pass_later(site: &Site) {
    make_strict(site);
    let headers = back_end_headers(&site.rong, "refused", &now_ms().to_string());
    publish_with(site, &headers, "dora").is(404, 1004);
    site.sixin(&["user", "create", "dora"]);
    publish_with(site, &headers, "dora").is(401, 1001);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversation_messages"), 0);
    let headers = site.user_headers(&site.bob, &[]);
    let send = |to: &str| {
        let body = json!({ "uidOrUsername": to, "message": "once" }).to_string();
        post(&site.url("/api/v2/conversation/send-message"), &headers, body.as_bytes())
    };
    assert_ne!(send("edda").code(), 0);
    site.sixin(&["user", "create", "edda"]);
    send("edda").is(200, 31303);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversation_messages"), 0);
}

fn signed_bytes_are_used_up_however_they_are_split_and_spelled(site: &Site) {
    make_strict(site);
    let Key { id, .. } = &site.rong;
    let time = now_ms().to_string();
    let signed = back_end_headers(&site.rong, "split00", &time);
    let signature = signed.iter().find(|(name, _)| name == "Signature").unwrap().1.clone();
    publish_with(site, &signed, "bob").is(200, 200);
    let spelled = |prefix: &str, nonce: &str, time: &str, signature: &str| -> Headers {
        let parts =
            [("App-Key", id.as_str()), ("Nonce", nonce), ("Timestamp", time), ("Signature", signature)];
        parts.map(|(name, value)| (format!("{prefix}{name}"), value.to_owned())).into()
    };
    for again in [
        spelled("", "split00", &time, &signature.to_uppercase()),
        spelled("RC-", "split00", &time, &signature),
        spelled("", "split0", &format!("0{time}"), &signature),
        spelled("", "split", &format!("00{time}"), &signature),
        spelled("", "split00 ", &format!(" {time}"), &signature),
    ] {
        assert_eq!(publish_with(site, &again, "bob").status, 401, "{again:?}");
    }
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM conversation_messages"), 1);
}
