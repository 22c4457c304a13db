use std::sync::Mutex;

use super::*;
use crate::access::ports::MockAppKeys;
use crate::ports::{MockClock, MockSecretSource};
use crate::webhooks::ports::{MockEndpointAdmin, MockPoster};
use crate::webhooks::testing::endpoint;
use sixin_domain::webhook::signing_secret::{self, FRESH_CHARS};

const NOW: Millis = Millis(1_795_348_800_000);

fn manage(endpoints: MockEndpointAdmin, poster: MockPoster) -> ManageWebhooks {
    let mut secrets = MockSecretSource::new();
    secrets.expect_alphanumeric().returning(|length| "a".repeat(length));
    secrets.expect_number().return_const(123_456_789_012_i64);
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    let mut keys = MockAppKeys::new();
    keys.expect_find().returning(|_| Ok(None));
    ManageWebhooks {
        endpoints: Arc::new(endpoints),
        keys: Arc::new(keys),
        poster: Arc::new(poster),
        secrets: Arc::new(secrets),
        clock: Arc::new(clock),
        policy: AddressPolicy::default(),
    }
}

fn spec() -> EndpointSpec {
    EndpointSpec {
        url: "https://app.example/hook".into(),
        kind: EndpointKind::Standard,
        name: String::new(),
        events: String::new(),
        app_id: None,
        secret: None,
        has_server_messages: false,
        max_in_flight: DEFAULT_IN_FLIGHT,
        since: None,
    }
}

#[tokio::test]
async fn a_new_endpoint_has_a_fresh_secret_that_can_sign() {
    let mut endpoints = MockEndpointAdmin::new();
    endpoints.expect_add().once().returning(|_, _| Ok(EndpointId(7)));
    let (id, added) = manage(endpoints, MockPoster::new()).add(spec()).await.unwrap();
    assert_eq!((id, signing_secret::key(&added.secret).unwrap().len()), (EndpointId(7), FRESH_CHARS));
}

#[tokio::test]
async fn what_makes_no_endpoint_is_refused_before_anything_is_stored() {
    let manage = manage(MockEndpointAdmin::new(), MockPoster::new());
    let rong = |app_id: Option<&str>| EndpointSpec {
        kind: EndpointKind::RongRoute,
        app_id: app_id.map(str::to_owned),
        ..spec()
    };
    for (wrong, why) in [
        (EndpointSpec { url: "https://127.0.0.1/".into(), ..spec() }, "127.0.0.1"),
        (EndpointSpec { url: "http://app.example/".into(), ..spec() }, "https://"),
        (EndpointSpec { events: "message.sent".into(), ..spec() }, "message.sent"),
        (EndpointSpec { secret: Some(Secret::new("whsec_c2hvcnQ=")), ..spec() }, "24 to 64"),
        (EndpointSpec { app_id: Some("key".into()), ..spec() }, "secret of its own"),
        (EndpointSpec { name: "\u{202e}".into(), ..spec() }, "the name"),
        (EndpointSpec { max_in_flight: 257, ..spec() }, "256"),
        (EndpointSpec { has_server_messages: true, ..spec() }, "rongcloud-route"),
        (EndpointSpec { events: "user.*".into(), ..rong(Some("key")) }, "choice of events"),
        (rong(None), "app key"),
        (rong(Some("nobody")), "nobody"),
    ] {
        let refused = manage.add(wrong).await.unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
}

#[tokio::test]
async fn a_rotation_keeps_the_former_secret_for_as_long_as_is_said() {
    let mut endpoints = MockEndpointAdmin::new();
    endpoints.expect_find().returning(|_| Ok(Some(endpoint(1))));
    let changed = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&changed);
    endpoints.expect_change().once().returning(move |_, change| {
        *kept.lock().unwrap() = Some(change.clone());
        Ok(true)
    });
    let secret = manage(endpoints, MockPoster::new()).rotate(EndpointId(1), 5_000).await.unwrap();
    assert_eq!(*changed.lock().unwrap(), Some(EndpointChange::Secret(secret, NOW.plus(5_000))));
}

#[tokio::test]
async fn a_replay_begins_before_the_time_that_is_named() {
    let mut endpoints = MockEndpointAdmin::new();
    let before = EndpointChange::Replay(Position(NOW.0 * 1000 - 1));
    endpoints.expect_change().withf(move |_, change| *change == before).once().returning(|_, _| Ok(true));
    manage(endpoints, MockPoster::new()).replay_since(EndpointId(1), NOW).await.unwrap();
}

#[tokio::test]
async fn what_an_endpoint_is_not_told_of_can_not_be_told_again() {
    use sixin_domain::event::Event;
    use sixin_domain::id::UserId;
    use sixin_domain::log::{LogEntry, Logged};
    let mut endpoints = MockEndpointAdmin::new();
    endpoints.expect_find().returning(|_| Ok(Some(endpoint(1))));
    endpoints.expect_entry().returning(|position| {
        let what = Logged::Change(Box::new(Event::ProfileChanged(UserId(1))));
        Ok((position.0 == 5).then_some(LogEntry { position, what }))
    });
    let manage = manage(endpoints, MockPoster::new());
    let again = |position| manage.replay_one(EndpointId(1), Position(position));
    assert!(matches!(again(5).await, Err(WebhookError::NotWanted)));
    assert!(matches!(again(6).await, Err(WebhookError::NoEvent(6))));
}

#[tokio::test]
async fn a_test_that_is_not_taken_says_why() {
    let mut endpoints = MockEndpointAdmin::new();
    endpoints.expect_find().returning(|id| Ok((id.0 == 1).then(|| endpoint(1))));
    let mut poster = MockPoster::new();
    poster
        .expect_post()
        .withf(|post| post.tellings.is_none())
        .once()
        .returning(|_| Posted::Failed { why: PostFailure::TimedOut, retry_after_ms: None });
    let manage = manage(endpoints, poster);
    let refused = manage.test(EndpointId(1)).await.unwrap_err().to_string();
    assert!(refused.contains("did not answer in time"), "{refused}");
    assert!(matches!(manage.test(EndpointId(2)).await, Err(WebhookError::NotFound(_))));
}
