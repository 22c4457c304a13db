//! What every version of the SDK can do since 5.3: `cargo xtask older-sdks` runs it with older ones.

use serde_json::{Value, json};

use super::Device;
use super::device::{token, with};
use crate::on_every_database;
use crate::site::Site;

on_every_database!(what_all_versions_of_the_sdk_can_do);

fn what_all_versions_of_the_sdk_can_do(site: &Site) {
    let Some(alice) = Device::new(site, "alice") else { return };
    let Some(bob) = Device::new(site, "bob") else { return };
    for (device, name) in [(&alice, "alice"), (&bob, "bob")] {
        device.connect(&token(site, name)).is(0);
    }
    let (uid, sent_at) = alice.text("bob", "hello 😀");
    assert_eq!(bob.texts(1), ["hello 😀"]);
    bob.text("alice", "and back");
    assert_eq!(alice.texts(1), ["and back"]);
    site.publish_text("alice", "bob", "from a back end").is(200, 200);
    assert_eq!(bob.texts(1), ["from a back end"]);
    let history = |device: &Device, peer: &str| {
        let asked = json!([with(peer), { "timestamp": 0, "count": 20, "order": 0 }]);
        device.call("getHistoryMessages", &asked).is(0)["list"].as_array().unwrap().clone()
    };
    assert_eq!(history(&bob, "alice").len(), 3);
    let listed = bob.call("getConversationList", &json!([])).is(0).clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["targetId"]), (1, &json!("alice")));
    bob.call("setConversationToTop", &json!([with("alice"), true])).is(0);
    assert_eq!(site.database.number("SELECT a_is_pin + b_is_pin AS number FROM conversations"), 1);
    alice.call("recallMessage", &json!([with("bob"), { "messageUId": uid, "sentTime": sent_at }])).is(0);
    assert_eq!(bob.messages(1)[0]["messageType"], "RC:RcCmd");
    let left = history(&bob, "alice");
    let named = |one: &Value| json!({ "messageUId": one["messageUId"], "sentTime": one["sentTime"], "messageDirection": one["messageDirection"] });
    let named: Vec<Value> = left.iter().map(named).collect();
    assert_eq!(named.len(), 3, "what was said, and that something was taken back");
    bob.call("deleteMessages", &json!([with("alice"), named])).is(0);
    assert!(history(&bob, "alice").is_empty());
    assert_eq!(history(&alice, "bob").len(), 2, "deleted for oneself");
    bob.call("removeConversation", &json!([with("alice")])).is(0);
    assert_eq!(bob.call("getConversationList", &json!([])).is(0), &json!([]));
}
