//! What receivers of RongCloud's callbacks get.

use std::time::Duration;

use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;
use url::{Url, form_urlencoded};

use super::receiver::{Received, Receiver, on_each};
use crate::calls::now_ms;
use crate::live::streams::{Follow, Socket, Who};
use crate::site::Site;

pub(crate) fn query(received: &Received, name: &str) -> String {
    let url = Url::parse(&format!("http://receiver{}", received.target)).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

pub(crate) fn field(received: &Received, name: &str) -> String {
    let mut fields = form_urlencoded::parse(received.body.as_bytes());
    fields
        .find(|(key, _)| key == name)
        .unwrap_or_else(|| panic!("no {name} in {}", received.body))
        .1
        .into_owned()
}

/// As receivers of either age check it.
pub(crate) fn is_signed(site: &Site, received: &Received) -> bool {
    let (nonce, timestamp) = (query(received, "nonce"), query(received, "timestamp"));
    assert_eq!(query(received, "signTimestamp"), timestamp);
    assert_eq!(query(received, "appKey"), site.rong.id);
    let parts = SignedParts::NonceAndTime { nonce, timestamp };
    HttpSignatures.verify(&parts, &Secret::new(site.rong.secret.as_str()), &query(received, "signature"))
}

#[test]
fn a_route_is_told_what_apps_send_and_what_back_ends_publish_only_if_that_is_wanted() {
    on_each(|site| {
        let (apps, all) = (Receiver::willing(), Receiver::willing());
        let route = ["--kind", "rongcloud-route", "--app-key", &site.rong.id];
        site.told(&apps, &route);
        site.told(&all, &[&route[..], &["--server-messages"]].concat());
        site.publish_text("bob", "alice", "from a back end").is(200, 200);
        site.send_text(&site.alice, "bob", "from an app").is(200, 0);
        all.until(site, "both", |receiver| receiver.received().len() == 2);
        apps.until(site, "one", |receiver| receiver.received().len() == 1);
        let sent = &apps.received()[0];
        assert!(is_signed(site, sent));
        assert_eq!(sent.header("content-type"), "application/x-www-form-urlencoded");
        let fields = [
            "fromUserId",
            "toUserId",
            "objectName",
            "content",
            "channelType",
            "source",
            "sensitiveType",
            "originalMsgUID",
        ];
        let values: Vec<String> = fields.iter().map(|name| field(sent, name)).collect();
        let content = r#"{"content":"from an app"}"#;
        assert_eq!(values, ["alice", "bob", "RC:TxtMsg", content, "PERSON", "Websocket", "0", ""]);
        assert_eq!(field(sent, "msgUID").len(), 19);
        assert!((now_ms() - field(sent, "msgTimestamp").parse::<i64>().unwrap()).abs() < 60_000);
        assert_eq!(field(&all.received()[0], "source"), "Server");
    });
}

#[test]
fn operations_are_told_as_rongcloud_does() {
    on_each(|site| {
        let receiver = Receiver::willing();
        site.told(&receiver, &["--kind", "rongcloud-operation", "--app-key", &site.rong.id]);
        let uid = site.publish_text("alice", "bob", "soon gone").body["messageUIDs"][0]["messageUID"].clone();
        let (uid, sent) = (uid.as_str().unwrap(), now_ms().to_string());
        let recall = [("fromUserId", "alice"), ("conversationType", "1"), ("targetId", "bob")];
        let recall = [&recall[..], &[("messageUID", uid), ("sentTime", &sent)]].concat();
        site.call_back_end("/message/recall.json", &recall).is(200, 200);
        receiver.until(site, "a recall", |receiver| !receiver.received().is_empty());
        let told = &receiver.received()[0];
        assert!(is_signed(site, told));
        let told = told.json();
        assert_eq!((&told["eventType"], &told["fromUserId"]), (&1.into(), &"alice".into()));
        assert_eq!(told["conversationInfo"]["targetId"], "bob");
        assert_eq!(told["originalMsgInfo"]["messageId"], uid);
    });
}

#[test]
fn who_comes_online_and_goes_is_told_gathered_in_a_list() {
    on_each(|site| {
        let receiver = Receiver::willing();
        site.told(&receiver, &["--kind", "rongcloud-online", "--app-key", &site.rong.id]);
        std::thread::sleep(Duration::from_millis(1_500));
        let connect = |name| {
            Socket::try_at(&site.server.url, "/live/ws", &Who::device(site, name).headers(site)).unwrap()
        };
        let (mut alice, mut bob) = (connect("alice"), connect("bob"));
        for socket in [&mut alice, &mut bob] {
            socket.say(&serde_json::json!({ "t": "since" }));
            socket.until("caught_up");
        }
        let told = |receiver: &Receiver| -> Vec<(String, String)> {
            let lists = receiver.received().into_iter().map(|received| received.json());
            let entries = lists.flat_map(|list| list.as_array().unwrap().clone());
            let text = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap().to_owned();
            entries.map(|entry| (text(&entry, "userid"), text(&entry, "status"))).collect()
        };
        receiver.until(site, "both online", |receiver| told(receiver).len() >= 2);
        let mut online = told(&receiver);
        online.sort();
        assert_eq!(online, [("alice".to_owned(), "0".to_owned()), ("bob".to_owned(), "0".to_owned())]);
        assert!(is_signed(site, &receiver.received()[0]));
        drop(alice);
        receiver.until(site, "one offline", |receiver| told(receiver).len() >= 3);
        assert_eq!(told(&receiver)[2], ("alice".to_owned(), "1".to_owned()));
        drop(bob);
    });
}
