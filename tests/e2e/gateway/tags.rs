//! What users sort their conversations by, and what is unread where the server keeps it.

use serde_json::{Value, json};

use super::Device;
use super::device::{token, with};
use crate::database::TestDatabase;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(tags_are_made_and_put_on_conversations_on_all_devices_and_by_back_ends);

fn ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|tag| tag["tagId"].as_str().unwrap()).collect()
}

fn tags_are_made_and_put_on_conversations_on_all_devices_and_by_back_ends(site: &Site) {
    let Some(alice) = Device::connected(site, "alice") else { return };
    let Some(second) = Device::connected(site, "alice") else { return };
    site.publish_text("bob", "alice", "hi").is(200, 200);
    alice.messages(1);
    second.messages(1);
    alice.call("addTag", &json!([{ "tagId": "work", "tagName": "Work" }])).is(0);
    second.wait("TAG");
    alice.call("addConversationsToTag", &json!(["work", [with("bob")]])).is(0);
    second.wait("CONVERSATION_TAG");
    let of_bob =
        |device: &Device| device.call("getTagsFromConversation", &json!([with("bob")])).is(0).clone();
    assert_eq!(ids(&of_bob(&second)), ["work"]);
    // A back end sees it, and its changes are seen.
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM tagged_conversations"), 1);
    let made = json!({ "userId": "alice", "tags": [{ "tagId": "home", "tagName": "Home" }] });
    site.call_back_end_json("/user/conversation/tag/set.json", &made, &[]).is(200, 200);
    second.wait("TAG");
    let tags = second.call("getTags", &json!([])).is(0).clone();
    assert_eq!(ids(&tags), ["work", "home"], "{tags}");
    // Somebody who comes later knows both, and a tag that is taken off is taken off everywhere.
    let Some(late) = Device::connected(site, "alice") else { return };
    late.wait("TAG");
    assert_eq!(ids(&of_bob(&late)), ["work"]);
    alice.call("removeConversationsFromTag", &json!(["work", [with("bob")]])).is(0);
    second.wait("CONVERSATION_TAG");
    assert!(ids(&of_bob(&second)).is_empty());
    alice.call("removeTag", &json!(["work"])).is(0);
    second.wait("TAG");
    assert_eq!(ids(second.call("getTags", &json!([])).is(0)), ["home"]);
}

#[test]
fn what_is_unread_is_kept_for_new_devices_where_the_site_wants_it() {
    let site = Site::on(TestDatabase::sqlite(), &[("SIXIN__GATEWAY__KEEP_UNREAD", "true")]);
    for text in ["one", "two", "three"] {
        site.publish_text("alice", "bob", text).is(200, 200);
    }
    // The messages are older than what a device pulls: only what is kept says how many are unread.
    let Some(bob) = Device::new(&site, "bob") else { return };
    bob.connect(&token(&site, "bob")).is(0);
    bob.wait("SYNC_SERVER_SAVE_UNREAD_COMPLETED");
    bob.wait("PULL_OFFLINE_MESSAGE_FINISHED");
    let unread = |device: &Device| device.call("getUnreadCount", &json!([with("alice")])).is(0).clone();
    assert_eq!(unread(&bob), 3, "each counts once, although it was pulled too");
    let Some(second) = Device::connected(&site, "bob") else { return };
    assert_eq!(unread(&second), 3);
    site.publish_text("alice", "bob", "four").is(200, 200);
    for device in [&bob, &second] {
        device.wait_for("MESSAGES", |said| said.to_string().contains("four"));
        let until = std::time::Instant::now() + crate::site::PATIENCE;
        while unread(device) != 4 {
            assert!(std::time::Instant::now() < until, "{} unread", unread(device));
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }
    // Read on one device it is read on the others, and where the server counts.
    let (_, last_at) = bob.text("alice", "a reply");
    bob.call("markRemoteConversationAsRead", &json!([with("alice"), last_at])).is(0);
    second.wait_for("CONVERSATION", |said| {
        said["conversationList"][0]["conversation"]["unreadMessageCount"] == 0
    });
    assert_eq!((unread(&bob), unread(&second)), (json!(0), json!(0)));
    assert_eq!(
        site.database.number("SELECT a_unread + b_unread AS number FROM conversations"),
        1,
        "of alice"
    );
}
