//! Clients that are connected to different processes of one site.

use serde_json::json;

use super::Device;
use super::device::{token, with};
use crate::site::{Server, Site};

#[test]
fn clients_of_two_processes_write_to_each_other_and_lack_nothing_when_one_ends() {
    let Some(site) = Site::on_mysql() else { return };
    let second = Server::start(&site.database.url(), &[]);
    let Some(alice) = Device::connected(&site, "alice") else { return };
    let Some(bob) = Device::at(&site, "bob", &second.url) else { return };
    bob.connect(&token(&site, "bob")).is(0);
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    let (uid, at) = alice.text("bob", "from the first");
    assert_eq!(bob.texts(1), ["from the first"]);
    bob.call("sendReadReceiptMessage", &json!(["alice", uid, at])).is(0);
    alice.wait_for("READ_RECEIPT_RECEIVED", |said| said["sentTime"] == at);
    bob.text("alice", "from the second");
    assert_eq!(alice.texts(1), ["from the second"]);
    alice.call("recallMessage", &json!([with("bob"), { "messageUId": uid, "sentTime": at }])).is(0);
    assert_eq!(bob.messages(1)[0]["messageType"], "RC:RcCmd");
    // Whoever is at the other one is online, until it is not.
    alice.call("subscribeUserStatus", &json!([["bob"], 1, 3600])).is(0);
    let online = |value: i64| {
        alice.wait_for("SUBSCRIBED_USER_STATUS_CHANGE", |said| {
            said.to_string().contains(&format!("\"eventValue\":{value}"))
        });
    };
    online(1);
    second.kill();
    bob.wait("SUSPEND");
    online(0);
    // Its client comes to one that is there, as a navigator or a proxy leads it, and gets what came meanwhile, once.
    alice.text("bob", "meanwhile");
    let Some(again) = Device::connected(&site, "bob") else { return };
    let got = again.messages(2);
    assert!(got.iter().any(|one| one["content"]["content"] == "meanwhile"), "{got:?}");
    alice.text("bob", "and on");
    assert_eq!(again.texts(1), ["and on"]);
}
