//! Receivers that fail, hang, answer late, are dead for a while, or lose their answer.

use std::time::{Duration, Instant};

use super::receiver::{Receiver, Reply, in_order, on_each};

#[test]
fn behind_what_fails_its_conversation_waits_in_order_and_others_go_on() {
    on_each(|site| {
        // Whatever alice writes to bob fails until others have come.
        let receiver = Receiver::start(|received, before| {
            let is_slow = received.text().starts_with("alice-bob") && before < 25;
            Reply::Status(if is_slow { 500 } else { 200 })
        });
        site.told(&receiver, &["--events", "message.created"]);
        let held = site.publish_texts(("alice", "bob"), 5);
        let others = site.publish_texts(("carol", "bob"), 20);
        receiver.until_texts(site, &others);
        let more = site.publish_texts(("carol", "alice"), 10);
        receiver.until_texts(site, &[held.clone(), others.clone(), more].concat());
        let texts = receiver.texts();
        assert!(in_order(&texts, &held) && in_order(&texts, &others), "{texts:?}");
        // The same event has the same id each time.
        let first: Vec<String> = receiver
            .received()
            .iter()
            .filter(|received| received.text() == held[0])
            .map(|received| received.header("webhook-id").to_owned())
            .collect();
        assert!(first.len() > 1 && first.iter().all(|id| *id == first[0]), "{first:?}");
        assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM webhook_parked"), 0);
    });
}

#[test]
fn late_answers_and_answers_that_are_lost_lose_nothing() {
    on_each(|site| {
        let receiver = Receiver::start(|_, before| match before % 5 {
            1 => Reply::Cut,
            2 => Reply::Slowly(300),
            3 => Reply::Elsewhere,
            _ => Reply::Status(200),
        });
        site.told(&receiver, &["--events", "message.created"]);
        let (one, other) =
            (site.publish_texts(("alice", "bob"), 12), site.publish_texts(("carol", "bob"), 12));
        receiver.until_texts(site, &[one.clone(), other.clone()].concat());
        let texts = receiver.texts();
        assert!(in_order(&texts, &one) && in_order(&texts, &other), "{texts:?}");
        assert!(
            receiver.received().iter().all(|received| received.target == "/hook"),
            "no redirect is followed"
        );
    });
}

#[test]
fn a_receiver_that_is_dead_is_probed_and_not_flooded_and_then_told_everything() {
    on_each(|site| {
        let receiver = Receiver::start(|_, _| Reply::Status(503));
        let (id, _) = site.told(&receiver, &["--events", "message.created"]);
        let mut all = Vec::new();
        for number in 0..40 {
            let name = format!("user{number}");
            site.sixin(&["user", "create", &name]);
            all.extend(site.publish_texts((&name, "bob"), 2));
        }
        site.server.log_with(&["does not take anything"]);
        let before = receiver.received().len();
        std::thread::sleep(Duration::from_secs(4));
        let probes = receiver.received().len() - before;
        assert!(probes <= 5, "{probes} probes in four seconds");
        let parked = site.database.number("SELECT COUNT(*) AS number FROM webhook_parked");
        assert!(parked <= 40, "{parked}: what was read ahead is not parked");
        let row = site.webhook(&["list"]);
        assert_eq!((row["id"].to_string(), &row["state"]), (id, &"probing".into()));
        // The same address, willing now.
        let texts = receiver.texts();
        assert!(texts.is_empty());
        receiver.dies(true);
    });
}

#[test]
fn a_receiver_that_was_away_is_told_everything_in_order() {
    on_each(|site| {
        let receiver = Receiver::willing();
        site.told(&receiver, &["--events", "message.created"]);
        let mut sent = vec![site.publish_texts(("alice", "bob"), 5)];
        receiver.until_texts(site, &sent[0]);
        receiver.dies(true);
        for number in 0..30 {
            let name = format!("user{number}");
            site.sixin(&["user", "create", &name]);
            sent.push(site.publish_texts((&name, "bob"), 2));
        }
        sent.push(site.publish_texts(("alice", "carol"), 30));
        site.server.log_with(&["does not take anything"]);
        receiver.dies(false);
        receiver.until_texts(site, &sent.concat());
        let texts = receiver.texts();
        for conversation in &sent {
            assert!(in_order(&texts, conversation), "{conversation:?} in {texts:?}");
        }
        site.server.log_with(&["takes what it is sent again"]);
    });
}

#[test]
fn a_pause_that_a_receiver_asks_for_is_kept() {
    on_each(|site| {
        let receiver =
            Receiver::start(|_, before| if before == 0 { Reply::Later(429, 4) } else { Reply::Status(200) });
        site.told(&receiver, &["--events", "message.created"]);
        let sent = site.publish_texts(("alice", "bob"), 1);
        receiver.until(site, "the first try", |receiver| !receiver.received().is_empty());
        let begun = Instant::now();
        receiver.until_texts(site, &sent);
        assert!(begun.elapsed() >= Duration::from_millis(3_500), "{:?}", begun.elapsed());
    });
}

#[test]
fn a_receiver_that_is_gone_is_switched_off_which_others_hear() {
    on_each(|site| {
        let (gone, other) = (Receiver::start(|_, _| Reply::Status(410)), Receiver::willing());
        let (id, _) = site.told(&gone, &["--events", "message.created"]);
        site.told(&other, &["--events", "endpoint.disabled"]);
        site.publish_texts(("alice", "bob"), 1);
        other.until(site, "its end", |receiver| !receiver.received().is_empty());
        let told = other.received()[0].json();
        assert_eq!(
            (&told["type"], told["data"]["endpointId"].to_string()),
            (&"endpoint.disabled".into(), id.clone())
        );
        site.publish_texts(("carol", "bob"), 3);
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(gone.received().len(), 1, "nothing more is sent");
    });
}

#[test]
fn behind_whoever_hangs_or_answers_when_nobody_waits_any_longer_others_go_on_and_it_is_told_again() {
    on_each(|site| {
        // RongCloud's receivers have five seconds. One conversation hangs, and one is answered well, but too late.
        let receiver = Receiver::start(|received, before| match received.body.as_str() {
            body if body.contains("alice") && body.contains("bob") && before < 3 => Reply::Hang,
            body if body.contains("alice") && body.contains("carol") && before < 3 => Reply::Slowly(7_000),
            _ => Reply::Status(200),
        });
        let route = ["--kind", "rongcloud-route", "--app-key", &site.rong.id, "--server-messages"];
        site.told(&receiver, &route);
        let begun = Instant::now();
        site.publish_text("alice", "bob", "hangs").is(200, 200);
        site.publish_text("alice", "carol", "is late").is(200, 200);
        site.publish_text("carol", "bob", "goes on").is(200, 200);
        let came = |text: &str| {
            let received = receiver.received();
            received.iter().filter(|received| received.body.contains(&text.replace(' ', "+"))).count()
        };
        receiver.until(site, "others", |_| came("goes on") == 1);
        assert!(begun.elapsed() < Duration::from_secs(5), "nobody waits for the one that hangs");
        receiver.until(site, "both again", |_| came("hangs") == 2 && came("is late") == 2);
        assert!(begun.elapsed() > Duration::from_secs(5), "and it had its time");
        let failures = site.server.metric(&format!("sixin_webhook_failures_total{{endpoint=\"{}\"}}", 1));
        assert_eq!(failures, 2);
    });
}

#[test]
fn for_what_is_told_nothing_is_written_but_how_far_it_came() {
    on_each(|site| {
        let receiver = Receiver::willing();
        let (id, _) = site.told(&receiver, &["--events", "message.created"]);
        let mut all = site.publish_texts(("alice", "bob"), 1);
        receiver.until_texts(site, &all);
        site.webhook(&["pause", &id]);
        std::thread::sleep(Duration::from_secs(2));
        for number in 0..15 {
            let name = format!("user{number}");
            site.sixin(&["user", "create", &name]);
            all.extend(site.publish_texts((&name, "bob"), 20));
        }
        std::thread::sleep(Duration::from_secs(2));
        let writes = || site.server.metric("sixin_statements_total{pool=\"write\"}");
        site.webhook(&["resume", &id]);
        let (before, begun) = (writes(), Instant::now());
        receiver.until_texts(site, &all);
        let (written, seconds) = (writes() - before, begun.elapsed().as_secs() + 1);
        // How far it came, its lease, and that the server is there: a few statements a second, however much is told.
        assert!(written <= 20 + 20 * seconds, "{written} statements for {} events in {seconds} s", all.len());
        assert!(seconds <= 6 && all.len() == 301, "{seconds} s for {}", all.len());
        assert_eq!(site.database.number("SELECT COUNT(*) AS number FROM webhook_parked"), 0);
    });
}
