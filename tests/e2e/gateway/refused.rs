//! What is refused to clients, and with which numbers.

use serde_json::{Value, json};

use super::Device;
use super::device::{token, with};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    what_the_rules_refuse_is_refused_with_a_number_the_sdk_knows,
    what_is_too_much_or_not_there_is_refused_with_a_number_the_sdk_knows,
);

fn what_the_rules_refuse_is_refused_with_a_number_the_sdk_knows(site: &Site) {
    let Some(alice) = Device::connected(site, "alice") else { return };
    let Some(bob) = Device::connected(site, "bob") else { return };
    let refused = |call: &str, args: Value, code| {
        alice.call(call, &args).is(code);
    };
    refused("text", json!(["nobody-there", "hi"]), 26_010);
    refused("text", json!(["alice", "hi"]), 26_010);
    refused("send", json!(["bob", "RC:RcCmd", { "messageUId": "x" }]), 20_606);
    refused("send", json!(["bob", "RC:RcNtf", { "x": "y" }]), 20_606);
    refused("send", json!(["bob", "RC:LogCmdMsg", { "uri": "https://evil.example" }]), 20_606);
    refused("send", json!(["bob", "RC:CCConfigChangeRequestMsg", { "x": "y" }]), 20_606);
    site.sixin(&["block-word", "add", "curse", "--mode", "refuse"]);
    refused("text", json!(["bob", "such a curse"]), 21_501);
    site.call_back_end("/user/blacklist/add.json", &[("userId", "bob"), ("blackUserId", "alice")])
        .is(200, 200);
    refused("text", json!(["bob", "hi"]), 405);
    refused("sendTypingStatusMessage", json!([with("bob"), "RC:TxtMsg"]), 0);
    site.call_back_end("/user/blacklist/remove.json", &[("userId", "bob"), ("blackUserId", "alice")])
        .is(200, 200);
    site.call_back_end("/user/chat/fb/set.json", &[("userId", "alice"), ("state", "1"), ("type", "PERSON")])
        .is(200, 200);
    refused("text", json!(["bob", "hi"]), 20_106);
    site.call_back_end("/user/chat/fb/set.json", &[("userId", "alice"), ("state", "0"), ("type", "PERSON")])
        .is(200, 200);
    site.sixin(&["setting", "set", "conversation_status", "false"]);
    refused("text", json!(["bob", "hi"]), 20_605);
    site.sixin(&["setting", "set", "conversation_status", "true"]);
    // What sixin does not have is refused at once, and believed by nobody.
    refused(
        "getHistoryMessages",
        json!([{ "conversationType": 3, "targetId": "group" }, { "timestamp": 0, "count": 5, "order": 0 }]),
        35_004,
    );
    refused("joinChatRoom", json!(["room", { "count": 1 }]), 35_004);
    bob.settle(site);
    bob.has_not("TYPING_STATUS");
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM transient_messages"), 0);
}

fn what_is_too_much_or_not_there_is_refused_with_a_number_the_sdk_knows(site: &Site) {
    let Some(alice) = Device::connected(site, "alice") else { return };
    let long = "x".repeat(131_073 - r#"{"x":""}"#.len());
    alice.call("send", &json!(["bob", "my:long", { "x": long }])).is(30_016);
    let many = json!([with("bob"), { "timestamp": 0, "count": 101, "order": 0 }]);
    alice.call("getHistoryMessages", &many).is(34_232);
    let missing = json!([{ "conversationIdentifier": with("bob"), "messageUIds": ["AAAA-BBBB-CCCC-DDDD"] }]);
    assert_eq!(alice.call("getMessagesByUIds", &missing).is(0)[0]["code"], 34_304);
    assert_eq!(site.messages(), 0);
}

#[test]
fn who_writes_too_fast_is_told_so() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__RATE__SENDS", "3")]);
    let Some(alice) = Device::connected(&site, "alice") else { return };
    let codes: Vec<_> = (0..6).map(|_| alice.call("text", &json!(["bob", "hi"])).code()).collect();
    assert_eq!((codes[0], codes[5]), (Some(0), Some(20_604)), "{codes:?}");
}

#[test]
fn who_watches_too_many_is_told_so() {
    const MOST: usize = 1000;
    const AT_ONCE: usize = 200;
    let site = Site::on_sqlite();
    let Some(alice) = Device::connected(&site, "alice") else { return };
    let names: Vec<String> = (0..=MOST).map(|number| format!("user{number}")).collect();
    std::thread::scope(|scope| {
        for some in names.chunks(AT_ONCE) {
            let site = &site;
            scope.spawn(move || some.iter().for_each(|name| drop(token(site, name))));
        }
    });
    let codes =
        names.chunks(AT_ONCE).map(|some| alice.call("subscribeUserStatus", &json!([some, 1, 3600])).code());
    assert_eq!(codes.collect::<Vec<_>>(), [0, 0, 0, 0, 0, 26_022].map(Some));
    alice.call("unSubscribeUserStatus", &json!([names[..1], 1])).is(0);
    alice.call("subscribeUserStatus", &json!([names[MOST..], 1, 3600])).is(0);
}
