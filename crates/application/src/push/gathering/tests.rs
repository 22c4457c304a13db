use sixin_domain::conversation::pair::Pair;
use sixin_domain::event::ChangedMessage;
use sixin_domain::id::ConversationId;
use sixin_domain::push::{DeviceSpec, PushPlatform, PushToken};

use super::*;
use crate::delivery::testing::{FakeLog, NOW};
use crate::push::ports::MockPushLookup;
use crate::webhooks::testing::pushes;

/// A moment after everything.
const LATER: Millis = Millis(NOW.0 + 5_000);

fn entries(log: &FakeLog) -> Vec<LogEntry> {
    log.kept.lock().unwrap().entries.clone()
}

fn recall(log: &FakeLog, id: i64) {
    let mut kept = log.kept.lock().unwrap();
    kept.messages.iter_mut().find(|message| message.message.id.0 == id).unwrap().is_enabled = false;
    drop(kept);
    let pair = Pair::of(UserId(1), UserId(2)).unwrap();
    let changed = ChangedMessage { id: MessageId(id), conversation: ConversationId(7), pair };
    log.commit(vec![Event::MessageRecalled(changed)]);
}

fn text(outcome: &Outcome) -> Option<String> {
    outcome.told.as_ref().map(|told| told.push.as_ref().unwrap().push.text("en", false))
}

pub(super) fn device(user: i64, language: &str, hides_text: bool) -> PushDevice {
    let token = PushToken::kept("t".into());
    let (app, language) = (String::new(), language.to_owned());
    let spec = DeviceSpec { platform: PushPlatform::Fcm, token, keys: None, app, language, hides_text };
    PushDevice { id: 1, user: UserId(user), spec, created_at: NOW, seen_at: NOW }
}

#[tokio::test]
async fn of_both_directions_of_a_conversation_one_is_told_and_the_other_is_left_for_next() {
    let log = FakeLog::new();
    log.commit(vec![
        log.message(1, 1, 2, "one"),
        log.message(2, 2, 1, "other"),
        log.message(3, 1, 2, "three"),
    ]);
    let teller = pushes(&log);
    let first = teller.gather(&[entries(&log)], LATER).await.unwrap().remove(0);
    let left = crate::delivery::testing::ids(&first.left);
    assert_eq!((text(&first).as_deref(), left.as_slice()), (Some("other"), &[1, 3][..]));
    let second = teller.gather(&[first.left], LATER).await.unwrap().remove(0);
    assert_eq!((text(&second).as_deref(), second.left), (Some("three"), vec![]));
    let told = second.told.unwrap();
    assert_eq!((told.entry.position, told.event), (entries(&log)[2].position, EventType::PushRequested));
    let push = told.push.unwrap();
    assert_eq!(
        (push.push.title.as_str(), push.push.badge, push.push.collapse.as_str()),
        ("user1", Some(4), "c7")
    );
}

#[tokio::test]
async fn what_was_taken_back_in_the_same_go_is_silent_and_later_it_takes_the_place_of_what_was_shown() {
    let log = FakeLog::new();
    log.commit(vec![log.message(1, 1, 2, "one"), log.message(2, 1, 2, "two")]);
    recall(&log, 2);
    let teller = pushes(&log);
    let all = entries(&log);
    let together = teller.gather(std::slice::from_ref(&all), LATER).await.unwrap().remove(0);
    assert_eq!(text(&together).as_deref(), Some("one"), "what is left of it is shown");
    let alone = teller.gather(&[vec![all[2].clone()]], LATER).await.unwrap().remove(0);
    assert_eq!(text(&alone).as_deref(), Some("Recalled a message"));
    assert!(alone.told.unwrap().push.unwrap().push.is_replacement);
    recall(&log, 1);
    let nothing = teller.gather(&[entries(&log)], LATER).await.unwrap().remove(0);
    assert_eq!(nothing, Outcome::default());
}

#[tokio::test]
async fn where_only_devices_count_of_others_nothing_is_asked() {
    let log = FakeLog::new();
    log.commit(vec![log.message(1, 1, 2, "one")]);
    let mut facts = MockPushLookup::new();
    facts.expect_with_devices().withf(|users| users == [UserId(2)]).returning(|_| Ok(HashSet::new()));
    // Somebody has registered and signed out again.
    facts.expect_devices().returning(|_, _| Ok(HashMap::new()));
    let teller = PushTeller { store: Arc::new(facts), has_only_devices: true, ..pushes(&log) };
    assert_eq!(teller.of_interest(entries(&log)).await.unwrap(), []);
    let outcome = teller.gather(&[entries(&log)], LATER).await.unwrap().remove(0);
    assert_eq!(outcome, Outcome::default());
}

#[tokio::test]
async fn a_device_shows_its_own_language_else_that_of_the_site_and_hides_what_it_is_to_hide() {
    let log = FakeLog::new();
    log.commit(vec![log.message(1, 1, 2, "hello")]);
    let told = pushes(&log).gather(&[entries(&log)], LATER).await.unwrap().remove(0).told.unwrap();
    let push = told.push.unwrap();
    assert_eq!(push.text_on(&device(2, "", false)), "hello");
    assert_eq!(push.text_on(&device(2, "", true)), "您收到了一条新消息", "the site's language");
    assert_eq!(push.text_on(&device(2, "en", true)), "You have a new message");
}
