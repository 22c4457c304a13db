use super::*;
use crate::access::ports::MockSignatures;
use crate::messages::ports::MockHourlyLogs;
use crate::ports::MockClock;
use crate::site::ports::MockSettingSource;
use crate::testing::user;
use crate::users::ports::MockUsers;
use sixin_domain::access::app_key::Secret;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

/// 2022-11-10 14:20:00 in +8.
const NOW: Millis = Millis(1_668_061_200_000);
const LAST_HOUR: &str = "2022111013";

fn message(id: i64, sender: i64, recipient: i64) -> (ViewedMessage, UserId) {
    let message = ViewedMessage {
        id: MessageId(id),
        seq: 1,
        sender: UserId(sender),
        sent_at: NOW,
        body: Body::Text("hi".into()),
        file: None,
        read_at: None,
        is_counted: true,
        delivery: None,
        edited_at: None,
    };
    (message, UserId(recipient))
}

fn reading(logs: MockHourlyLogs) -> LogReading {
    let mut users = MockUsers::new();
    users.expect_find_numbered().returning(|ids| {
        let all = [user(1, "ann"), user(2, "bob")];
        Ok(all.into_iter().filter(|user| ids.contains(&user.id)).collect())
    });
    let mut settings = MockSettingSource::new();
    settings.expect_settings().returning(|| Ok(Arc::default()));
    let mut signatures = MockSignatures::new();
    signatures.expect_sign().returning(|_, _| "good".into());
    signatures.expect_verify().returning(|_, _, signature| signature == "good");
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    let (signatures, clock) = (Arc::new(signatures), Arc::new(clock));
    let links = FileLinks { secret: Secret::new("s"), signatures, clock: clock.clone() };
    LogReading {
        logs: Arc::new(logs),
        users: Arc::new(users),
        settings: Arc::new(settings),
        links: Arc::new(links),
        clock,
        bulkhead: Bulkhead::new(1, 0, Duration::from_secs(1)),
    }
}

/// Logs of an hour in which a message was sent, or none.
fn logs(messages: usize, is_deleted: bool) -> MockHourlyLogs {
    let mut logs = MockHourlyLogs::new();
    logs.expect_is_deleted().returning(move |_| Ok(is_deleted));
    logs.expect_made().returning(move |_, limit| {
        assert_eq!(limit, 1);
        Ok(vec![message(7, 1, 2); messages])
    });
    logs
}

#[tokio::test]
async fn there_is_a_link_only_to_a_log_that_is_there() {
    let link = async |date: &str, logs| reading(logs).link(date, "key").await.unwrap();
    let found = link(LAST_HOUR, logs(1, false)).await.unwrap();
    assert_eq!((found.link.date.as_str(), found.link.app_id.as_str()), (LAST_HOUR, "key"));
    assert_eq!(found.signature, "good");
    assert_eq!(link(LAST_HOUR, logs(0, false)).await, None);
    assert_eq!(link(LAST_HOUR, logs(1, true)).await, None);
    for date in ["2022111014", "2022111015", "2022110713", "1999010100"] {
        assert_eq!(link(date, MockHourlyLogs::new()).await, None, "{date}");
    }
    assert!(link("2022110714", logs(1, false)).await.is_some());
}

#[tokio::test]
async fn an_hour_that_is_none_is_refused() {
    let reading = reading(MockHourlyLogs::new());
    for date in ["9999999999", "202211101", "2022111024"] {
        assert!(matches!(reading.link(date, "key").await, Err(LogError::NoSuchHour)), "{date}");
        assert!(matches!(reading.delete(date).await, Err(LogError::NoSuchHour)), "{date}");
    }
}

#[tokio::test]
async fn only_a_log_that_can_be_had_is_deleted() {
    let mut logs = MockHourlyLogs::new();
    let is_it = |hour: &LogHour, at: &Millis| hour.to_string() == LAST_HOUR && *at == NOW;
    logs.expect_delete().once().withf(is_it).returning(|_, _| Ok(()));
    reading(logs).delete(LAST_HOUR).await.unwrap();
    for date in ["2022111014", "2022111015", "2022110713"] {
        reading(MockHourlyLogs::new()).delete(date).await.unwrap();
    }
}

#[tokio::test]
async fn only_our_own_links_lead_to_a_log_and_only_to_one_that_is_still_there() {
    let refused = async |logs, change: fn(&mut SignedLink<LogLink>)| {
        let reading = reading(logs);
        let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
        let mut link = reading.links.signed(LogLink::new(hour, "key", &Settings::default(), NOW));
        change(&mut link);
        reading.open(&link).await.err()
    };
    assert!(refused(logs(1, false), |_| ()).await.is_none());
    let nothing = MockHourlyLogs::new;
    let forged = refused(nothing(), |link| link.signature = "bad".into()).await;
    assert!(matches!(forged, Some(LogError::LinkWrong)));
    let over = refused(nothing(), |link| link.link.expires = NOW.0 / 1000).await;
    assert!(matches!(over, Some(LogError::LinkWrong)));
    let too_old = refused(nothing(), |link| link.link.date = "2022110713".into()).await;
    assert!(matches!(too_old, Some(LogError::Unknown)));
    assert!(matches!(refused(logs(1, true), |_| ()).await, Some(LogError::Unknown)));
}

#[tokio::test(start_paused = true)]
async fn few_logs_are_read_at_a_time() {
    let reading = reading(logs(1, false));
    let link = reading.link(LAST_HOUR, "key").await.unwrap().unwrap();
    let open = reading.open(&link).await.unwrap();
    assert!(matches!(reading.open(&link).await, Err(LogError::Overload(Overload::Busy))));
    drop(open);
    assert!(reading.open(&link).await.is_ok());
}

#[tokio::test]
async fn pages_go_on_after_a_message_and_name_both_sides() {
    let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
    let whole = hour.ids();
    let after = whole.start + 5;
    for (from, start) in [(None, whole.start), (Some(MessageId(after)), after + 1)] {
        let mut logs = MockHourlyLogs::new();
        let expected = start..whole.end;
        logs.expect_made()
            .once()
            .withf(move |ids, limit| (ids, *limit) == (&expected, PAGE))
            .returning(|_, _| Ok(vec![message(7, 1, 2), message(8, 2, 1)]));
        let page = reading(logs).page(hour, from).await.unwrap();
        let names: Vec<_> = page.iter().map(|one| (one.sender.as_str(), one.recipient.as_str())).collect();
        assert_eq!(names, [("ann", "bob"), ("bob", "ann")]);
    }
}

#[tokio::test]
async fn a_message_of_nobody_is_a_fault_and_not_left_out() {
    let hour = LogHour::parse(LAST_HOUR, 480).unwrap();
    let mut logs = MockHourlyLogs::new();
    logs.expect_made().returning(|_, _| Ok(vec![message(7, 1, 2), message(8, 1, 3)]));
    assert!(matches!(reading(logs).page(hour, None).await, Err(StoreError::Fault(_))));
}
