//! What a receiver of Standard Webhooks gets.

use std::time::Duration;

use serde_json::Value;
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_domain::access::app_key::Secret;
use sixin_signature::HttpSignatures;

use super::receiver::{Received, Receiver, in_order, on_each};
use crate::calls::now_ms;
use crate::site::Site;

/// Whether a request is signed with a secret.
fn is_signed(received: &Received, secret: &str) -> bool {
    let (id, seconds) = (received.header("webhook-id"), received.header("webhook-timestamp"));
    let parts = SignedParts::Webhook(format!("{id}.{seconds}.{}", received.body));
    let mut signatures = received.header("webhook-signature").split(' ');
    signatures.any(|signature| HttpSignatures.verify(&parts, &Secret::new(secret), signature))
}

#[test]
fn a_receiver_is_told_what_happens_signed_and_in_the_order_of_each_conversation() {
    on_each(|site| {
        let receiver = Receiver::willing();
        let (_, secret) = site.told(&receiver, &["--events", "message.*"]);
        let (one, other) =
            (site.publish_texts(("alice", "bob"), 20), site.publish_texts(("carol", "bob"), 20));
        receiver.until_texts(site, &[one.clone(), other.clone()].concat());
        let texts = receiver.texts();
        assert!(in_order(&texts, &one) && in_order(&texts, &other), "{texts:?}");
        let received = receiver.received();
        let first = received.iter().find(|received| received.text() == one[0]).unwrap();
        assert!(is_signed(first, &secret) && !is_signed(first, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"));
        let seconds: i64 = first.header("webhook-timestamp").parse().unwrap();
        assert!((now_ms() / 1000 - seconds).abs() < 60);
        let told = first.json();
        assert_eq!(told["type"], "message.created");
        let data = &told["data"];
        assert_eq!(first.header("webhook-id"), format!("msg_{}", data["pos"]));
        assert_eq!((&data["fromUserId"], &data["toUserId"]), (&"alice".into(), &"bob".into()));
        assert_eq!((&data["seq"], &data["source"]), (&1.into(), &"server".into()));
        assert_eq!(data["objectName"], "RC:TxtMsg");
        assert!(told["timestamp"].as_str().unwrap().ends_with('Z'));
    });
}

#[test]
fn what_becomes_of_a_message_is_told_too_and_only_what_is_wanted() {
    on_each(|site| {
        let (all, reads) = (Receiver::willing(), Receiver::willing());
        site.told(&all, &[]);
        site.told(&reads, &["--events", "message.read"]);
        let uid = site.publish_text("alice", "bob", "soon gone").body["messageUIDs"][0]["messageUID"].clone();
        let uid = uid.as_str().unwrap();
        let sent = now_ms().to_string();
        let recall = [("fromUserId", "alice"), ("conversationType", "1"), ("targetId", "bob")];
        let recall = [&recall[..], &[("messageUID", uid), ("sentTime", &sent)]].concat();
        site.call_back_end("/message/recall.json", &recall).is(200, 200);
        site.sixin(&["user", "block", "bob", "alice"]);
        let types = |receiver: &Receiver| -> Vec<Value> {
            receiver.received().iter().map(|received| received.json()["type"].clone()).collect()
        };
        all.until(site, "three events", |receiver| receiver.received().len() >= 3);
        assert_eq!(types(&all), ["message.created", "message.recalled", "user.blocked"]);
        let recalled = all.received()[1].json()["data"].clone();
        assert_eq!((&recalled["messageUID"], &recalled["isRecalled"]), (&uid.into(), &true.into()));
        assert!(recalled.get("content").is_none());
        let blocked = all.received()[2].json()["data"].clone();
        assert_eq!(
            (&blocked["userId"], &blocked["targetId"], &blocked["isSet"]),
            (&"bob".into(), &"alice".into(), &true.into())
        );
        assert_eq!(types(&reads), [Value::Null; 0]);
    });
}

#[test]
fn while_a_secret_is_rotated_both_sign() {
    on_each(|site| {
        let receiver = Receiver::willing();
        let (id, former) = site.told(&receiver, &[]);
        let present = site.webhook(&["rotate", &id])["secret"].as_str().unwrap().to_owned();
        assert_ne!(present, former);
        std::thread::sleep(Duration::from_secs(2));
        site.publish_texts(("alice", "bob"), 1);
        receiver.until(site, "one", |receiver| !receiver.received().is_empty());
        let first = &receiver.received()[0];
        assert!(is_signed(first, &former) && is_signed(first, &present));
        // Without an overlap the former one is over at once.
        site.webhook(&["rotate", &id, "--overlap-hours", "0"]);
        std::thread::sleep(Duration::from_secs(2));
        site.publish_texts(("alice", "carol"), 1);
        receiver.until(site, "another", |receiver| receiver.received().len() > 1);
        let second = &receiver.received()[1];
        assert!(!is_signed(second, &former) && !is_signed(second, &present));
    });
}

#[test]
fn what_is_too_long_is_told_without_its_content() {
    on_each(|site: &Site| {
        let receiver = Receiver::willing();
        site.told(&receiver, &[]);
        let content = serde_json::json!({ "content": "x".repeat(30_000) }).to_string();
        let fields =
            [("fromUserId", "alice"), ("toUserId", "bob"), ("objectName", "app:Long"), ("content", &content)];
        site.call_back_end(crate::calls::PUBLISH, &fields).is(200, 200);
        receiver.until(site, "one", |receiver| !receiver.received().is_empty());
        let data = receiver.received()[0].json()["data"].clone();
        assert_eq!((&data["truncated"], &data["content"]), (&true.into(), &Value::Null));
        assert!(receiver.received()[0].body.len() < 20 * 1024 && data["messageUID"].is_string());
    });
}
