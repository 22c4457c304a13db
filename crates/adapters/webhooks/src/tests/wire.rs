//! What is sent, as receivers see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use sixin_application::access::ports::{MockSignatures, SignedParts};
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_application::push::gathering::RequestedPush;
use sixin_application::webhooks::ports::{Post, PostFailure};
use sixin_application::webhooks::telling::{Telling, ToldMessage};
use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::conversation::pair::{Pair, Side};
use sixin_domain::conversation::{Seat, ViewedMessage};
use sixin_domain::event::{ChangedMessage, Event, Tie};
use sixin_domain::id::{AccountId, AppKeyId, ConversationId, EndpointId, MessageId, UserId};
use sixin_domain::log::{LogEntry, Logged, LoggedMessage, Position};
use sixin_domain::message::body::Body;
use sixin_domain::push::{
    DeviceKeys, DeviceSpec, Push, PushDevice, PushExtension, PushPlatform, PushToken, Words,
};
use sixin_domain::time::Millis;
use sixin_domain::user::push_preferences::NotificationLevel;
use sixin_domain::user::username::{Uid, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};
use sixin_domain::webhook::endpoint::{Endpoint, EndpointKind, EndpointState};
use sixin_domain::webhook::event_type::{EventFilter, EventType};
use sixin_domain::webhook::health::Health;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::{Written, rongcloud, standard};

pub(crate) const NOW: Millis = Millis(1_795_348_801_234);
const AT: Position = Position(1_795_348_800_123_456);
pub(crate) const ALICE: UserId = UserId(1);
pub(crate) const BOB: UserId = UserId(2);

pub(crate) fn endpoint(kind: EndpointKind, url: &str) -> Endpoint {
    Endpoint {
        id: EndpointId(1),
        name: String::new(),
        kind,
        url: ReceiverUrl::parse(url).unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        former: None,
        app_id: kind.is_rong_cloud().then(|| "key".to_owned()),
        events: EventFilter::default(),
        has_server_messages: true,
        max_in_flight: 1,
        state: EndpointState::On,
        health: Health::default(),
        cursor: Position(0),
        generation: 0,
        replays: 0,
    }
}

pub(crate) fn key(is_enabled: bool) -> AppKey {
    AppKey {
        id: AppKeyId(1),
        app_id: "key".into(),
        dialect: Dialect::RongCloud,
        platform: 0,
        kind: 1,
        secret: Secret::new("secret"),
        former: None,
        is_enabled,
        is_strict: false,
        name: String::new(),
        sends_per_minute: None,
    }
}

/// Shows what was signed.
pub(crate) fn signatures() -> MockSignatures {
    let mut signatures = MockSignatures::new();
    signatures.expect_sign().returning(|parts, secret| match parts {
        SignedParts::Webhook(text) => format!("v1,{}({})", secret.reveal(), text.len()),
        SignedParts::NonceAndTime { nonce, timestamp } => format!("{}({nonce}+{timestamp})", secret.reveal()),
        other => panic!("{other:?}"),
    });
    signatures
}

pub(crate) fn post(endpoint: Endpoint, tellings: Option<Vec<Telling>>) -> Post {
    Post { endpoint, key: Some(key(true)), tellings, at: NOW, nonce: "123456789012".into() }
}

pub(crate) fn user(id: UserId, name: &str) -> (UserId, Arc<User>) {
    let user = User {
        id,
        account: AccountId(1),
        uid: Uid(id.0 + 10_000),
        username: Username::new(name).unwrap(),
        conversation_limit: ConversationLimit::Everybody,
        is_verified: false,
        is_enabled: true,
        restrictions: Restrictions { banned_until: Some(NOW.plus(60_000)), is_muted: false },
        expired_at: None,
        deleted_at: None,
        profile: Profile::default(),
    };
    (id, Arc::new(user))
}

fn telling(what: Logged, message: Option<ToldMessage>) -> Telling {
    let event = EventType::of(&what).unwrap();
    let users = [user(ALICE, "alice"), user(BOB, "bob")].into_iter().collect();
    Telling { entry: LogEntry { position: AT, what }, event, message, push: None, users }
}

fn told(text: &str, is_enabled: bool) -> ToldMessage {
    let message = ViewedMessage {
        id: MessageId(12_345_678_901_234),
        seq: 5,
        sender: ALICE,
        sent_at: Millis(1_795_348_800_123),
        body: Body::Text(text.to_owned()),
        file: None,
        read_at: None,
        is_counted: true,
        delivery: None,
        edited_at: None,
    };
    let delivered = DeliveredMessage {
        message,
        recipient: BOB,
        conversation: Some(ConversationId(77)),
        is_read: false,
        is_enabled,
        recall: None,
        sender_visible: true,
        is_gone_for_sender: false,
        is_gone_for_recipient: false,
    };
    ToldMessage {
        delivered: Arc::new(delivered),
        object_name: "RC:TxtMsg".into(),
        content: serde_json::json!({ "content": text }).to_string(),
        pairs: Some(BTreeMap::from([("k".to_owned(), "v".to_owned())])),
    }
}

fn created(text: &str, is_enabled: bool) -> Telling {
    let what = Logged::Message(LoggedMessage {
        id: MessageId(12_345_678_901_234),
        sender: ALICE,
        recipient: BOB,
        is_kept: true,
    });
    telling(what, Some(told(text, is_enabled)))
}

fn changed(event: Event) -> Telling {
    telling(Logged::Change(Box::new(event)), None)
}

fn recalled() -> Telling {
    let changed = ChangedMessage {
        id: MessageId(12_345_678_901_234),
        conversation: ConversationId(77),
        pair: Pair::of(ALICE, BOB).unwrap(),
    };
    telling(Logged::Change(Box::new(Event::MessageRecalled(changed))), Some(told("gone", false)))
}

fn seat() -> Seat {
    Seat { conversation: ConversationId(77), owner: BOB, other: ALICE, side: Side::B }
}

pub(crate) fn shown(written: &Written) -> String {
    let Written { url, content_type, headers, body } = written;
    format!("{} {content_type} {headers:?}\n{body}", url.reveal())
}

fn standard_of(tellings: Option<Vec<Telling>>) -> Written {
    let endpoint = endpoint(EndpointKind::Standard, "https://app.example/hook?a=b");
    standard::write(&post(endpoint, tellings), &signatures()).unwrap()
}

fn rong_of(kind: EndpointKind, tellings: Option<Vec<Telling>>) -> Written {
    let post = post(endpoint(kind, "https://app.example/hook?a=b"), tellings);
    rongcloud::write(&post, &signatures()).unwrap()
}

#[test]
fn a_message_of_standard_webhooks() {
    insta::assert_snapshot!(shown(&standard_of(Some(vec![created("hi", true)]))));
}

#[test]
fn every_other_event_of_standard_webhooks() {
    let tie = Event::TieSet { tie: Tie::Block, owner: BOB, other: ALICE, is_set: true };
    let level =
        Event::NotificationLevelSet { user: BOB, with: Some(ALICE), level: NotificationLevel::default() };
    let events = vec![
        recalled(),
        created("taken back before it was told", false),
        changed(Event::ConversationRead { seat: seat(), read_seq: 5 }),
        changed(Event::MessagesRead(seat(), vec![MessageId(12_345_678_901_234)])),
        changed(Event::MessagesDeleted(seat(), vec![MessageId(12_345_678_901_234)])),
        changed(Event::ConversationDeleted { seat: seat(), cleared_seq: 5 }),
        changed(Event::HistoryCleared(seat(), 4)),
        changed(Event::ConversationPinned { owner: BOB, other: ALICE, is_pinned: true }),
        changed(level),
        changed(tie),
        changed(Event::UserStateChanged(BOB)),
        changed(Event::PresenceChanged { user: BOB, is_online: true }),
        changed(Event::EndpointDisabled(EndpointId(7))),
    ];
    let bodies: Vec<String> =
        events.into_iter().map(|telling| standard_of(Some(vec![telling])).body).collect();
    insta::assert_snapshot!(bodies.join("\n"));
}

#[test]
fn a_test_of_standard_webhooks() {
    insta::assert_snapshot!(shown(&standard_of(None)));
}

#[test]
fn while_a_secret_is_rotated_there_are_two_signatures() {
    let former = Some((Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSv"), NOW));
    let endpoint = Endpoint { former, ..endpoint(EndpointKind::Standard, "https://app.example/") };
    let written = standard::write(&post(endpoint.clone(), None), &signatures()).unwrap();
    assert_eq!(written.headers[2].1.split(' ').count(), 2);
    let wrong = Endpoint { secret: Secret::new("whsec_c2hvcnQ="), ..endpoint };
    assert_eq!(standard::write(&post(wrong, None), &signatures()), Err(PostFailure::NoSecret));
}

#[test]
fn what_is_too_long_is_told_without_content_and_stays_small() {
    let written = standard_of(Some(vec![created(&"x".repeat(30_000), true)]));
    assert!(written.body.len() < 1_000 && written.body.contains(r#""truncated":true"#), "{}", written.body);
    let ids = (0..1000).map(|id| MessageId(12_345_678_901_234 + id)).collect();
    let written = standard_of(Some(vec![changed(Event::MessagesRead(seat(), ids))]));
    assert!(written.body.len() < 1_000 && written.body.contains(r#""truncated":true"#));
}

#[test]
fn a_route_of_rongcloud() {
    insta::assert_snapshot!(shown(&rong_of(EndpointKind::RongRoute, Some(vec![created("hi & 你", true)]))));
}

#[test]
fn online_status_of_rongcloud() {
    let events = [(ALICE, true), (BOB, false)];
    let events = events.map(|(user, is_online)| changed(Event::PresenceChanged { user, is_online }));
    insta::assert_snapshot!(shown(&rong_of(EndpointKind::RongOnline, Some(events.into()))));
}

#[test]
fn operations_of_rongcloud() {
    let events = vec![
        recalled(),
        changed(Event::MessagesDeleted(seat(), vec![MessageId(12_345_678_901_234)])),
        changed(Event::HistoryCleared(seat(), 4)),
    ];
    let bodies: Vec<String> =
        events.into_iter().map(|told| rong_of(EndpointKind::RongOperation, Some(vec![told])).body).collect();
    insta::assert_snapshot!(bodies.join("\n"));
}

#[test]
fn tests_of_rongcloud() {
    let kinds = [EndpointKind::RongRoute, EndpointKind::RongOnline, EndpointKind::RongOperation];
    let bodies: Vec<String> = kinds.into_iter().map(|kind| rong_of(kind, None).body).collect();
    insta::assert_snapshot!(bodies.join("\n"));
}

#[test]
fn without_an_app_key_that_is_on_nothing_is_sent() {
    let endpoint = endpoint(EndpointKind::RongRoute, "https://app.example/");
    for key in [None, Some(key(false))] {
        let post = Post { key, ..post(endpoint.clone(), None) };
        assert_eq!(rongcloud::write(&post, &signatures()), Err(PostFailure::NoKey));
    }
}

fn requested(devices: Vec<PushDevice>, configs: Option<String>) -> Telling {
    let push = Push {
        title: "Annie".into(),
        words: Words::Image,
        data: Some("{\"a\":1}".into()),
        badge: Some(3),
        collapse: "c77".into(),
        expires: Millis(1_795_349_400_123),
        is_replacement: false,
        wakes_app: false,
        extension: PushExtension { configs, template_id: Some("7".into()), ..PushExtension::default() },
    };
    let message = told("hello", true).delivered;
    let push = RequestedPush { push, message, devices, language: "en".into() };
    Telling {
        event: EventType::PushRequested,
        message: None,
        push: Some(Arc::new(push)),
        ..created("hello", true)
    }
}

fn device(id: i64, token: &str, keys: Option<DeviceKeys>) -> PushDevice {
    let platform = if keys.is_some() { PushPlatform::WebPush } else { PushPlatform::Apns };
    let token = PushToken::kept(token.to_owned());
    let spec = DeviceSpec {
        platform,
        token,
        keys,
        app: "org.example".into(),
        language: "zh".into(),
        hides_text: id == 1,
    };
    PushDevice { id, user: BOB, spec, created_at: NOW, seen_at: NOW.plus(id) }
}

#[test]
fn whom_to_wake_is_told_with_what_each_device_is_to_show() {
    let keys = DeviceKeys { public: vec![4; 65], secret: vec![7; 16] };
    let devices = vec![device(1, "0a", None), device(2, "https://push.example/1", Some(keys))];
    let configs = Some(r#"[{"APNs":{"category":"c"}}]"#.to_owned());
    insta::assert_snapshot!(shown(&standard_of(Some(vec![requested(devices, configs)]))));
}

#[test]
fn of_too_many_long_tokens_those_that_were_seen_last_are_told() {
    let devices = (1..=20).map(|id| device(id, &"x".repeat(1024), None)).collect();
    let written = standard_of(Some(vec![requested(devices, Some(format!("[{}]", "1,".repeat(9_000))))]));
    assert!(written.body.len() <= 20 * 1024, "{}", written.body.len());
    let told: serde_json::Value = serde_json::from_str(&written.body).unwrap();
    let data = &told["data"];
    let ids: Vec<i64> = data["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["deviceId"].as_i64().unwrap())
        .collect();
    assert!(ids.len() > 10 && ids[0] == 20 && ids.is_sorted_by(|one, other| one > other), "{ids:?}");
    assert_eq!((&data["truncated"], &data["pushConfigs"]), (&true.into(), &serde_json::Value::Null));
}
