//! One conversation in which everybody takes part: RongCloud's client SDK on both sides, an app with the client in TypeScript that is
//! generated from our description, an app that signs its calls by hand, and a back end with RongCloud's server SDK. Whoever uses two
//! of them is one person.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::Device;
use super::device::with;
use crate::clients::typescript::compiled;
use crate::clients::{prepared, run, scripts};
use crate::on_every_database;
use crate::site::{Person, Site};
use crate::walk::{create, sign_in_again};

on_every_database!(all_clients_and_a_back_end_are_in_one_conversation);

fn all_clients_and_a_back_end_are_in_one_conversation(site: &Site) {
    let (Some(node), Some(packages)) = (prepared("SIXIN_TEST_NODE"), prepared("SIXIN_TEST_TYPESCRIPT"))
    else {
        return;
    };
    for name in ["dora", "emil"] {
        create(site, name);
    }
    let Some(dora) = Device::connected(site, "dora") else { return };
    let Some(emil) = Device::connected(site, "emil") else { return };
    the_app_in_typescript_walks(site, &packages, (&dora, &emil));
    // The app signs in anew, which ends what it was before.
    let [dora_app, emil_app] = ["dora", "emil"].map(|name| sign_in_again(site, name).1);
    the_back_end_publishes(site, &node, (&dora, &emil));
    reading_agrees(site, &emil_app, (&dora, &emil));
    recalls_agree(site, &dora_app, (&dora, &emil));
    blocks_agree(site, &dora_app, &dora);
    // Every view of it is the same.
    let shown = shown(site, &emil_app, "dora");
    let request = json!([with("dora"), { "timestamp": 0, "count": 50, "order": 0 }]);
    let history = emil.call("getHistoryMessages", &request).is(0)["list"].clone();
    // What is left of a slip shows to devices alone.
    let said = history.as_array().unwrap().iter().filter(|one| one["messageType"] != "RC:RcNtf");
    let history: Vec<&Value> = said.map(|one| &one["content"]["content"]).collect();
    assert_eq!(shown.iter().rev().collect::<Vec<_>>(), history, "the app shows the newest first");
    let query = [("userId", "emil"), ("targetId", "dora"), ("startTime", "0"), ("endTime", "9999999999999")];
    let found = site.call_back_end("/v3/message/private/query.json", &query);
    assert_eq!(found.body["data"].as_array().unwrap().len(), history.len(), "{}", found.body);
}

/// The contents that an app shows of the conversation with somebody.
fn shown(site: &Site, person: &Person, with: &str) -> Vec<Value> {
    let answer = site.get_as(person, &format!("conversation/{with}/messages"));
    let list = answer.is(200, 0).body["data"]["list"].as_array().unwrap().clone();
    list.into_iter().map(|message| message["content"].clone()).collect()
}

/// Dora sends a picture and a text from the app; Emil reads there, and removes the conversation in between.
fn the_app_in_typescript_walks(site: &Site, packages: &str, (dora, emil): (&Device, &Device)) {
    let directory = compiled(Path::new(packages));
    let mut command = Command::new("node");
    command.arg(directory.path().join("dist/walk.js")).env("SIXIN_PASSWORD", "correct horse");
    command.env("SIXIN_EMAIL", "dora@example.org").env("SIXIN_OTHER_EMAIL", "emil@example.org");
    run(site, command, &[("SIXIN_FROM", "dora"), ("SIXIN_TO", "emil")]);
    for device in [dora, emil] {
        let mut got = Vec::new();
        while !got.iter().any(|one: &Value| one["content"]["content"] == "once more") {
            got.extend(device.messages(1));
        }
        // Between them Emil's device learns that he has read.
        let shown = |one: &&Value| one["isPersited"] == true;
        let kinds: Vec<&Value> = got.iter().filter(shown).map(|one| &one["messageType"]).collect();
        assert_eq!(kinds, ["RC:ImgMsg", "RC:TxtMsg"]);
    }
    dora.wait("READ_RECEIPT_RECEIVED");
}

/// A back end publishes twice from Dora to Emil.
fn the_back_end_publishes(site: &Site, node: &str, (dora, emil): (&Device, &Device)) {
    let mut command = Command::new("node");
    command.env("NODE_PATH", PathBuf::from(node).join("node_modules"));
    command.arg(scripts("node").join("sdk-publish.js"));
    run(site, command, &[("SIXIN_FROM", "dora"), ("SIXIN_TO", "emil,carol")]);
    assert!(emil.texts(2).iter().all(|text| text.starts_with("Hello from the SDK")));
    dora.has_not("MESSAGES");
}

/// Emil's app shows as many unread as his device, and what he reads there is read here.
fn reading_agrees(site: &Site, emil_app: &Person, (dora, emil): (&Device, &Device)) {
    dora.text("emil", "from the client SDK");
    assert_eq!(emil.texts(1), ["from the client SDK"]);
    let listed = || site.get_as(emil_app, "conversation/list").body["data"]["list"][0].clone();
    let on_device = || emil.call("getUnreadCount", &json!([with("dora")])).is(0).clone();
    // The one of the walk that nobody read, two of the back end, one of the SDK.
    assert_eq!((&listed()["unreadCount"], on_device()), (&json!(4), json!(4)));
    let body = json!({ "type": "conversation", "conversationId": listed()["id"] }).to_string();
    site.call_as(emil_app, "PUT", "conversation/mark-as-read", &body).is(200, 0);
    dora.wait("READ_RECEIPT_RECEIVED");
    emil.wait_for("CONVERSATION", |said| {
        said["conversationList"][0]["conversation"]["unreadMessageCount"] == 0
    });
    assert_eq!((&listed()["unreadCount"], on_device()), (&json!(0), json!(0)));
    assert_eq!(emil.messages(1)[0]["messageType"], "RC:SRSMsg", "what the device is told that he has read");
}

/// What Dora takes back on her device is gone from Emil's and from the app.
fn recalls_agree(site: &Site, dora_app: &Person, (dora, emil): (&Device, &Device)) {
    let (uid, at) = dora.text("emil", "a slip");
    assert_eq!(emil.texts(1), ["a slip"]);
    dora.call("recallMessage", &json!([with("emil"), { "messageUId": uid, "sentTime": at }])).is(0);
    assert_eq!(emil.messages(1)[0]["messageType"], "RC:RcCmd");
    assert!(!shown(site, dora_app, "emil").contains(&json!("a slip")));
}

/// Whom Emil has blocked can write neither from the app nor from the device.
fn blocks_agree(site: &Site, dora_app: &Person, dora: &Device) {
    let block = [("userId", "emil"), ("blackUserId", "dora")];
    site.call_back_end("/user/blacklist/add.json", &block).is(200, 200);
    site.send_text(dora_app, "emil", "let me in").is(200, 36_608);
    dora.call("text", &json!(["emil", "let me in"])).is(405);
    site.call_back_end("/user/blacklist/remove.json", &block).is(200, 200);
    dora.text("emil", "thank you");
}
