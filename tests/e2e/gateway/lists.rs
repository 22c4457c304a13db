//! The list of conversations, what a user sets for them, and who is online.

use serde_json::{Value, json};

use super::Device;
use super::device::with;
use crate::on_every_database;
use crate::site::Site;

on_every_database!(
    the_list_shows_what_came_last_and_what_is_unread,
    what_is_pinned_and_muted_is_known_on_all_devices,
    quiet_hours_are_kept,
    who_is_watched_is_shown_coming_and_going_on_all_devices,
);

fn list(device: &Device) -> Vec<Value> {
    device.call("getConversationList", &json!([])).is(0).as_array().unwrap().clone()
}

fn the_list_shows_what_came_last_and_what_is_unread(site: &Site) {
    let Some(bob) = Device::connected(site, "bob") else { return };
    assert!(list(&bob).is_empty());
    site.publish_text("carol", "bob", "earlier").is(200, 200);
    site.publish_text("alice", "bob", "later").is(200, 200);
    bob.messages(2);
    let shown = list(&bob);
    let peers: Vec<&Value> = shown.iter().map(|one| &one["targetId"]).collect();
    assert_eq!(peers, ["alice", "carol"]);
    assert_eq!(shown[0]["latestMessage"]["content"]["content"], "later");
    assert_eq!(shown[0]["unreadMessageCount"], 1);
    let one = bob.call("getConversation", &json!([with("carol")]));
    assert_eq!(one.is(0)["latestMessage"]["content"]["content"], "earlier");
    let options = json!({ "conversationTypes": [1], "tagIds": [] });
    let loaded = bob.call("createConversationListLoader", &json!([options, 10]));
    assert!(loaded.is(0).to_string().contains("earlier"), "{}", loaded.is(0));
    bob.call("removeConversation", &json!([with("alice")])).is(0);
    assert_eq!(list(&bob).len(), 1);
    site.publish_text("alice", "bob", "again").is(200, 200);
    bob.messages(1);
    assert_eq!(list(&bob)[0]["latestMessage"]["content"]["content"], "again");
}

fn what_is_pinned_and_muted_is_known_on_all_devices(site: &Site) {
    let Some(bob) = Device::connected(site, "bob") else { return };
    let Some(second) = Device::connected(site, "bob") else { return };
    site.publish_text("alice", "bob", "hi").is(200, 200);
    second.messages(1);
    let has = |key: &'static str, value: Value| {
        move |said: &Value| said["conversationList"][0]["conversation"][key] == value
    };
    bob.call("setConversationToTop", &json!([with("alice"), true])).is(0);
    second.wait_for("CONVERSATION", has("isTop", json!(true)));
    bob.call("setConversationNotificationLevel", &json!([with("alice"), 5])).is(0);
    second.wait_for("CONVERSATION", has("notificationLevel", json!(5)));
    // A back end sees it, and its changes are seen.
    let told = [("requestId", "bob"), ("conversationType", "1"), ("targetId", "alice")];
    let level = site.call_back_end("/conversation/notification/get.json", &told);
    assert_eq!(level.is(200, 200).body["unpushLevel"], 5, "{}", level.body);
    let unpinned = [("userId", "bob"), ("conversationType", "1"), ("targetId", "alice"), ("setTop", "false")];
    site.call_back_end("/conversation/top/set.json", &unpinned).is(200, 200);
    second.wait_for("CONVERSATION", has("isTop", json!(false)));
    // Somebody who comes later knows it too.
    bob.call("setConversationToTop", &json!([with("carol"), true])).is(0);
    let Some(late) = Device::connected(site, "bob") else { return };
    let shown = late.call("getConversation", &json!([with("alice")]));
    assert_eq!((&shown.is(0)["notificationLevel"], &shown.is(0)["isTop"]), (&json!(5), &json!(false)));
    let muted = late.call("getBlockedConversationList", &json!([]));
    assert!(muted.is(0).to_string().contains("alice"), "{}", muted.is(0));
    bob.call("setConversationTypeNotificationLevel", &json!([1, 1])).is(0);
    let level = bob.call("getConversationTypeNotificationLevel", &json!([1]));
    assert_eq!(level.is(0), 1);
}

fn quiet_hours_are_kept(site: &Site) {
    let Some(bob) = Device::connected(site, "bob") else { return };
    let get = || bob.call("getNotificationQuietHoursSetting", &json!([])).is(0).clone();
    let wanted =
        json!({ "startTime": "22:00:00", "spanMinutes": 480, "level": 5, "timezone": "Asia/Shanghai" });
    bob.call("setNotificationQuietHoursWithSetting", &json!([wanted])).is(0);
    let kept = get();
    assert_eq!(
        (&kept["startTime"], &kept["spanMinutes"], &kept["level"]),
        (&json!("22:00:00"), &json!(480), &json!(5))
    );
    bob.call("removeNotificationQuietHoursSetting", &json!([])).is(0);
    assert_ne!(get()["startTime"], "22:00:00");
}

fn who_is_watched_is_shown_coming_and_going_on_all_devices(site: &Site) {
    let Some(bob) = Device::connected(site, "bob") else { return };
    let watch = |expiry: i64| bob.call("subscribeUserStatus", &json!([["alice", "carol"], 1, expiry]));
    watch(3600).is(0);
    let told = |device: &Device, user: &'static str, value: i64| {
        device.wait_for("SUBSCRIBED_USER_STATUS_CHANGE", |said| {
            let said = said.to_string();
            said.contains(&format!("\"{user}\"")) && said.contains(&format!("\"eventValue\":{value}"))
        });
    };
    let Some(alice) = Device::connected(site, "alice") else { return };
    told(&bob, "alice", 1);
    // Somebody who comes later knows whom it watches, and hears of it too.
    let Some(late) = Device::connected(site, "bob") else { return };
    late.wait("SYNC_SUBSCRIBED_USER_STATUS_FINISHED");
    let list = late.call("getSubscribeUserList", &json!([1, 20, 0]));
    assert!(list.is(0).to_string().contains("carol"), "{}", list.is(0));
    alice.call("disconnect", &json!([]));
    told(&bob, "alice", 0);
    told(&late, "alice", 0);
    let now = bob.call("getSubscribeUsersOnlineStatus", &json!([["alice", "bob"]]));
    assert!(now.is(0).to_string().contains("bob"), "{}", now.is(0));
    bob.call("unSubscribeUserStatus", &json!([["alice", "carol"], 1])).is(0);
    assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM presence_watches"), 0);
}
