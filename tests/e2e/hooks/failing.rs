//! Those who don't answer, or not well.

use std::time::{Duration, Instant};

use crate::database::TestDatabase;
use crate::site::Site;
use crate::webhooks::receiver::{HERE, Receiver, Reply, on_each};

/// Answers that are none.
const WRONG: [Reply; 10] = [
    Reply::Status(500),
    Reply::Status(204),
    Reply::Elsewhere,
    Reply::Cut,
    Reply::Hang,
    Reply::Drips,
    Reply::Slowly(1_500),
    Reply::Says("<html>"),
    Reply::Says(r#"{"decision":"perhaps"}"#),
    Reply::Says(r#"{"pass":1}"#),
];

/// A correct answer with far too much around it.
fn huge() -> &'static str {
    let filler = "x".repeat(200_000);
    Box::leak(format!(r#"{{"decision":"deny","reason":"{filler}"}}"#).into_boxed_str())
}

#[test]
fn whatever_goes_wrong_the_message_is_delivered_or_refused_as_the_rule_has_it() {
    on_each(|site| {
        let wrong: Vec<Reply> = WRONG.into_iter().chain([Reply::Says(huge())]).collect();
        let count = wrong.len();
        let asked = Receiver::start(move |_, before| wrong[(before / 2) % count]);
        let quick = ["--deadline-ms", "300"];
        let deliver = site.asked(&asked, &quick);
        let refuse = site.asked(&asked, &[&quick[..], &["--on-failure", "refuse"]].concat());
        for round in 0..count {
            let begun = Instant::now();
            let answer = site.send_text(&site.alice, "bob", &format!("round {round}"));
            assert!(begun.elapsed() < Duration::from_secs(20), "{round}");
            answer.is(503, 503);
            assert!(answer.header("retry-after").is_some());
            if round % 5 == 4 {
                // So that it is not for the breaker that it is not asked.
                for id in [&deliver, &refuse] {
                    site.hook(&["pause", id]);
                    site.hook(&["resume", id]);
                }
            }
        }
        assert_eq!((asked.received().len(), site.messages()), (2 * count, 0));
        site.hook(&["remove", &refuse]);
        for round in 0..9 {
            site.send_text(&site.alice, "bob", &format!("delivered {round}")).is(200, 0);
        }
        assert_eq!(site.messages(), 9);
        let kept = site.until_decisions(2 * count + 9);
        assert!(kept.iter().all(|one| one["outcome"].as_str().unwrap().starts_with("failed_")), "{kept:?}");
        assert!(!site.server.log().contains("<html>"), "what was answered is not in the log");
    });
}

#[test]
fn who_fails_ten_times_is_asked_no_more_and_again_after_ten_seconds() {
    on_each(|site| {
        let asked = Receiver::start(|_, before| {
            if before < 10 { Reply::Status(500) } else { Reply::Says(r#"{"decision":"deny"}"#) }
        });
        let id = site.asked(&asked, &[]);
        let open = format!("sixin_hook_open{{hook=\"{id}\"}}");
        for _ in 0..10 {
            site.send_text(&site.alice, "bob", "hi").is(200, 0);
        }
        assert_eq!(site.server.metric(&open), 1);
        for _ in 0..20 {
            site.send_text(&site.alice, "bob", "hi").is(200, 0);
        }
        assert_eq!(asked.received().len(), 10);
        std::thread::sleep(Duration::from_secs(11));
        site.send_text(&site.alice, "bob", "hi").is(200, 36605);
        assert_eq!((site.server.metric(&open), asked.received().len()), (0, 11));
        site.send_text(&site.alice, "bob", "hi").is(200, 36605);
        assert!(site.server.log().contains("a hook has failed too often"));
    });
}

#[test]
fn no_more_questions_than_the_bound_are_under_way_and_others_send_meanwhile() {
    on_each(|site| {
        let asked = Receiver::start(|_, _| Reply::Slowly(700));
        let slow = ["--max-in-flight", "2", "--deadline-ms", "2000", "--on-failure", "refuse"];
        site.asked(&asked, &slow);
        std::thread::scope(|scope| {
            let sends: Vec<_> = (0..12)
                .map(|number| scope.spawn(move || site.send_text(&site.alice, "bob", &format!("{number}"))))
                .collect();
            std::thread::sleep(Duration::from_millis(200));
            // What nobody is asked about waits for none of them.
            let begun = Instant::now();
            site.publish_text("bob", "alice", "meanwhile").is(200, 200);
            assert!(begun.elapsed() < Duration::from_millis(400), "{:?}", begun.elapsed());
            for send in sends {
                send.join().unwrap().is(503, 503);
            }
        });
        assert!(asked.received().len() < 12, "the rest was not asked about");
        let reasons: Vec<String> =
            site.until_decisions(12).iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect();
        assert!(reasons.iter().any(|why| why.contains("too many questions")), "{reasons:?}");
    });
}

#[test]
fn what_is_refused_counts_against_the_rate_so_that_nobody_floods_those_who_are_asked() {
    let few = [HERE[0], ("SIXIN__RATE__SENDS", "3")];
    let site = Site::on(TestDatabase::sqlite(), &few);
    let asked = Receiver::start(|_, _| Reply::Says(r#"{"decision":"deny"}"#));
    site.asked(&asked, &[]);
    for _ in 0..3 {
        site.send_text(&site.alice, "bob", "no").is(200, 36605);
    }
    site.send_text(&site.alice, "bob", "no").is(429, 36117);
    assert_eq!(asked.received().len(), 3);
}

#[test]
fn a_hook_that_is_not_there_any_longer_does_not_take_messages_with_it() {
    on_each(|site| {
        let asked = Receiver::start(|_, _| Reply::Says(r#"{"decision":"allow"}"#));
        site.asked(&asked, &[]);
        asked.dies(true);
        site.send_text(&site.alice, "bob", "hi").is(200, 0);
        let kept = site.until_decisions(1);
        assert_eq!(kept[0]["outcome"], "failed_delivered");
        assert_eq!(kept[0]["reason"], "it could not be reached");
    });
}
