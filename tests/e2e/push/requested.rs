//! What a gateway behind `push.requested` is told, and of what it is told nothing.

use std::time::Duration;

use serde_json::{Value, json};

use super::{GRACE, on_each, texts, told};
use crate::calls::now_ms;
use crate::live::streams::{Follow, Socket, Who, poll};

#[test]
fn a_burst_wakes_once_with_the_newest_text_the_remark_and_what_is_unread() {
    on_each(|site| {
        let gateway = site.gateway();
        let device = json!({ "platform": "apns", "token": "0a1b2c", "app": "org.example", "language": "zh" });
        let id = site.register_device(&site.bob, &device).body["deviceId"].clone();
        site.call_back_end(
            "/user/remarks/set.json",
            &[("userId", "bob"), ("remarks", r#"[{"id":"alice","remark":"Al"}]"#)],
        )
        .is(200, 200);
        let sent: Vec<String> = (0..3).map(|number| format!("hello {number}")).collect();
        for text in &sent {
            site.publish_text("alice", "bob", text).is(200, 200);
        }
        gateway.until(site, "one push", |gateway| !told(gateway, "bob").is_empty());
        // Whatever else there was would have come before this.
        site.until_told(&gateway);
        assert_eq!(told(&gateway, "bob"), [("message".to_owned(), "Al".to_owned(), "hello 2".to_owned())]);
        let pushes = gateway.received();
        let push = pushes.iter().find(|push| push.json()["data"]["userId"] == "bob").unwrap();
        let (event, data) = (push.json(), push.json()["data"].clone());
        assert_eq!(
            (&event["type"], push.header("webhook-id")),
            (&"push.requested".into(), format!("msg_{}", data["pos"]).as_str())
        );
        assert_eq!((&data["badge"], &data["fromUserId"]), (&3.into(), &"alice".into()));
        assert_eq!(data["collapse"], format!("c{}", data["conversationId"]));
        let devices = json!([{ "deviceId": id, "platform": "apns", "token": "0a1b2c", "keys": null, "app": "org.example", "body": "hello 2" }]);
        assert_eq!(data["devices"], devices);
        let lives = data["expires"].as_i64().unwrap() - now_ms();
        assert!((1..=600_000).contains(&lives), "{lives}");
    });
}

#[test]
fn whoever_has_muted_blocked_or_sleeps_is_left_alone_and_so_are_those_of_whom_the_sender_wants_it() {
    on_each(|site| {
        site.sixin(&["user", "create", "dave"]);
        let gateway = site.gateway();
        let muted =
            [("conversationType", "1"), ("requestId", "bob"), ("targetId", "alice"), ("unpushLevel", "5")];
        site.call_back_end("/conversation/notification/set.json", &muted).is(200, 200);
        site.sixin(&["user", "block", "bob", "dave"]);
        // The clocks of the site are eight hours ahead.
        let second = (now_ms() / 1000 + 8 * 3600 - 60).rem_euclid(86_400);
        let start = format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
        let asleep = [("userId", "dave"), ("startTime", &*start), ("period", "600"), ("level", "5")];
        site.call_back_end("/user/blockPushPeriod/set.json", &asleep).is(200, 200);
        let before = gateway.received().len();
        site.publish_text("alice", "bob", "muted").is(200, 200);
        site.publish_text("dave", "bob", "blocked").is(200, 200);
        site.publish_text("alice", "dave", "asleep").is(200, 200);
        let publish = |more: &[(&str, &str)]| {
            let content = crate::calls::text_content("not wanted");
            let mut fields = vec![
                ("fromUserId", "carol"),
                ("toUserId", "alice"),
                ("objectName", "RC:TxtMsg"),
                ("content", &content),
            ];
            fields.extend(more);
            site.publish(&fields).is(200, 200);
        };
        publish(&[("disablePush", "true")]);
        publish(&[("isCounted", "0")]);
        site.until_told(&gateway);
        let came: Vec<Value> =
            gateway.received()[before..].iter().map(|push| push.json()["data"]["userId"].clone()).collect();
        assert_eq!(came, ["carol"], "nobody else is woken");
        for reason in ["muted", "blocked", "quiet", "disabled", "not_counted"] {
            assert_eq!(
                site.server.metric(&format!("sixin_push_skipped_total{{reason=\"{reason}\"}}")),
                1,
                "{reason}"
            );
        }
        // What holds no longer wakes again.
        site.call_back_end("/user/blockPushPeriod/delete.json", &[("userId", "dave")]).is(200, 200);
        site.publish_text("alice", "dave", "awake").is(200, 200);
        gateway.until(site, "dave is awake", |gateway| texts(gateway, "dave") == ["awake"]);
    });
}

#[test]
fn what_a_device_has_acknowledged_or_read_wakes_nobody_and_being_connected_is_not_enough() {
    on_each(|site| {
        let gateway = site.gateway();
        let mut socket = Socket::open(site, &Who::device(site, "bob"), None);
        socket.until("caught_up");
        site.publish_text("alice", "bob", "seen").is(200, 200);
        let message = socket.until("message");
        socket.say(&json!({ "t": "ack", "c": message.cursor }));
        // One that goes on after something has it too.
        let ask = |query: &str| {
            poll(site, &Who::app(&site.alice), query).body["cursor"].as_str().unwrap().to_owned()
        };
        let begun = ask("?wait=0");
        site.publish_text("carol", "alice", "polled").is(200, 200);
        let after = ask(&format!("?wait=20&since={begun}"));
        ask(&format!("?wait=0&since={after}"));
        site.until_told(&gateway);
        assert_eq!((texts(&gateway, "bob"), texts(&gateway, "alice")), (vec![], vec![]));
        site.publish_text("alice", "bob", "not seen").is(200, 200);
        gateway.until(site, "a push", |gateway| texts(gateway, "bob") == ["not seen"]);
        // What was read is not new.
        site.publish_text("carol", "bob", "read").is(200, 200);
        socket.say(&json!({ "t": "read", "with": "carol", "key": "k" }));
        socket.until("marked");
        site.until_told(&gateway);
        assert_eq!(texts(&gateway, "bob"), ["not seen"]);
    });
}

#[test]
fn what_is_taken_back_in_time_wakes_nobody_and_later_its_place_is_taken() {
    on_each(|site| {
        let gateway = site.gateway();
        let publish = |text: &str| {
            let sent = site.publish_text("alice", "bob", text);
            sent.body["messageUIDs"][0]["messageUID"].as_str().unwrap().to_owned()
        };
        let recall = |uid: &str| {
            let fields = [
                ("fromUserId", "alice"),
                ("conversationType", "1"),
                ("targetId", "bob"),
                ("messageUID", uid),
            ];
            let sent = now_ms().to_string();
            site.call_back_end("/message/recall.json", &[&fields[..], &[("sentTime", &sent)]].concat())
                .is(200, 200);
        };
        recall(&publish("a slip"));
        site.until_told(&gateway);
        assert_eq!(told(&gateway, "bob"), []);
        let uid = publish("shown");
        gateway.until(site, "the push", |gateway| texts(gateway, "bob") == ["shown"]);
        std::thread::sleep(Duration::from_millis(GRACE));
        recall(&uid);
        gateway.until(site, "the recall", |gateway| told(gateway, "bob").len() == 2);
        let pushes: Vec<Value> = gateway
            .received()
            .iter()
            .map(|push| push.json()["data"].clone())
            .filter(|data| data["userId"] == "bob")
            .collect();
        assert_eq!((&pushes[1]["reason"], &pushes[1]["title"]), (&"recall".into(), &"Alice".into()));
        assert_eq!((&pushes[0]["collapse"], &pushes[1]["badge"]), (&pushes[1]["collapse"], &0.into()));
        assert!(!pushes[1].to_string().contains("shown"));
    });
}

#[test]
fn push_requested_is_told_alone() {
    on_each(|site| {
        let refused =
            site.try_webhook(&["add", "http://127.0.0.1:1/", "--events", "message.*,push.requested"], "");
        assert!(refused.unwrap_err().contains("add another webhook"));
    });
}
