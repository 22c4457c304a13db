use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sixin_domain::id::{ConversationId, UserId};
use sixin_domain::log::{LogEntry, Logged, LoggedMessage};
use sixin_domain::push::{DeviceSpec, LIVES_MS, Push, PushExtension, PushToken, Words};
use sixin_domain::time::Millis;
use sixin_domain::webhook::event_type::EventType;

use super::*;
use crate::delivery::ports::DeliveredMessage;
use crate::delivery::testing::{FakeLog, NOW};
use crate::ports::MockClock;
use crate::push::ports::{MockPushDevices, MockPushService};
use crate::webhooks::telling::Telling;

fn device(id: i64, platform: PushPlatform) -> PushDevice {
    let token = PushToken::kept(format!("t{id}"));
    let (app, language) = (String::new(), String::new());
    let spec = DeviceSpec { platform, token, keys: None, app, language, hides_text: false };
    PushDevice { id, user: UserId(2), spec, created_at: NOW, seen_at: NOW }
}

fn message() -> Arc<DeliveredMessage> {
    let log = FakeLog::new();
    log.message(1, 1, 2, "hello");
    let message = log.kept.lock().unwrap().messages.pop().unwrap();
    assert_eq!(message.conversation, Some(ConversationId(7)));
    Arc::new(message)
}

fn post(devices: Vec<PushDevice>, expires: Millis) -> Post {
    let push = Push {
        title: "Ann".into(),
        words: Words::Said("hello".into()),
        data: None,
        badge: None,
        collapse: "c7".into(),
        expires,
        is_replacement: false,
        wakes_app: false,
        extension: PushExtension::default(),
    };
    let what = Logged::Message(LoggedMessage {
        id: sixin_domain::id::MessageId(1),
        sender: UserId(1),
        recipient: UserId(2),
        is_kept: true,
    });
    let telling = Telling {
        entry: LogEntry { position: Position(77), what },
        event: EventType::PushRequested,
        message: None,
        push: Some(Arc::new(RequestedPush { push, message: message(), devices, language: "en".into() })),
        users: HashMap::new(),
    };
    let endpoint = device_endpoint(Position(0)).unwrap();
    Post { endpoint, key: None, tellings: Some(vec![telling]), at: NOW, nonce: String::new() }
}

/// Posts to a service that answers so, one after the other; answers how often it was asked.
async fn posted(answers: Vec<Served>, devices: MockPushDevices, expires: Millis) -> usize {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut service = MockPushService::new();
    let (count, answers) = (Arc::clone(&asked), Mutex::new(answers.into_iter()));
    service.expect_send().returning(move |device, push, text, id, _| {
        assert_eq!((device.id, push.title.as_str(), text, id), (1, "Ann", "hello", "msg_77"));
        count.fetch_add(1, Ordering::Relaxed);
        answers.lock().unwrap().next().unwrap()
    });
    let begun = tokio::time::Instant::now();
    let mut clock = MockClock::new();
    clock.expect_now().returning(move || NOW.plus(i64::try_from(begun.elapsed().as_millis()).unwrap()));
    let services: HashMap<PushPlatform, Arc<dyn PushService>> =
        HashMap::from([(PushPlatform::Fcm, Arc::new(service) as Arc<dyn PushService>)]);
    let poster = DevicePoster::new(services, Arc::new(devices), Arc::new(clock));
    let both = vec![device(1, PushPlatform::Fcm), device(2, PushPlatform::Apns)];
    assert_eq!(poster.post(post(both, expires)).await, Posted::Taken);
    asked.load(Ordering::Relaxed)
}

const LATER: Served = Served::Later { after_ms: None };

#[tokio::test(start_paused = true)]
async fn a_service_that_can_not_now_is_asked_a_few_times_and_then_left() {
    let none = MockPushDevices::new;
    let in_time = NOW.plus(LIVES_MS);
    assert_eq!(posted(vec![Served::Taken], none(), in_time).await, 1);
    assert_eq!(posted(vec![LATER, LATER, Served::Taken], none(), in_time).await, 3);
    assert_eq!(posted(vec![LATER, LATER, LATER], none(), in_time).await, 3);
    assert_eq!(posted(vec![Served::Refused], none(), in_time).await, 1, "what is refused is refused again");
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_is_asked_for_is_kept_unless_it_is_too_long_or_goes_past_the_end() {
    let none = MockPushDevices::new;
    let begun = tokio::time::Instant::now();
    let later = |after_ms| Served::Later { after_ms: Some(after_ms) };
    assert_eq!(posted(vec![later(20_000), Served::Taken], none(), NOW.plus(LIVES_MS)).await, 2);
    assert!(begun.elapsed() >= Duration::from_secs(20));
    assert_eq!(posted(vec![later(31_000)], none(), NOW.plus(LIVES_MS)).await, 1);
    assert_eq!(posted(vec![later(20_000)], none(), NOW.plus(20_000)).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_device_that_is_gone_is_forgotten() {
    let mut devices = MockPushDevices::new();
    devices.expect_forget_gone().once().withf(|device| device.id == 1).returning(|_| Ok(()));
    assert_eq!(posted(vec![LATER, Served::Gone], devices, NOW.plus(LIVES_MS)).await, 2);
}
