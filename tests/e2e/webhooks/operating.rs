//! What operators do with webhooks.

use std::time::Duration;

use super::receiver::{HERE, Received, Receiver, Reply, in_order, on_each};
use crate::calls::now_ms;
use crate::database::TestDatabase;
use crate::site::Site;

#[test]
fn a_webhook_waits_goes_on_tells_again_and_ends() {
    on_each(|site| {
        let receiver = Receiver::willing();
        let (id, _) = site.told(&receiver, &["--events", "message.created"]);
        let begun = now_ms();
        let first = site.publish_texts(("alice", "bob"), 3);
        receiver.until_texts(site, &first);
        site.webhook(&["pause", &id]);
        std::thread::sleep(Duration::from_secs(2));
        let second = site.publish_texts(("carol", "bob"), 3);
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(receiver.texts(), first);
        site.webhook(&["resume", &id]);
        receiver.until_texts(site, &second);
        assert_eq!(receiver.received().len(), 6, "a pause repeats nothing");
        let event = receiver.received()[0].json()["data"]["pos"].to_string();
        site.webhook(&["replay", &id, "--event", &event]);
        receiver.until(site, "the one again", |receiver| receiver.received().len() > 6);
        assert_eq!(receiver.received()[6].text(), first[0]);
        std::thread::sleep(Duration::from_secs(2));
        site.webhook(&["replay", &id, "--since", &begun.to_string()]);
        receiver.until(site, "all again", |receiver| receiver.received().len() >= 13);
        let again: Vec<String> = receiver.received()[7..].iter().map(Received::text).collect();
        assert!(in_order(&again, &first) && in_order(&again, &second), "{again:?}");
        site.webhook(&["remove", &id]);
        std::thread::sleep(Duration::from_secs(2));
        let told = receiver.received().len();
        site.publish_texts(("alice", "carol"), 1);
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(receiver.received().len(), told);
    });
}

#[test]
fn a_test_says_whether_the_receiver_takes_it_and_not_what_it_answers() {
    on_each(|site| {
        let (willing, other) = (Receiver::willing(), Receiver::start(|_, _| Reply::Status(418)));
        let ((good, _), (bad, _)) = (site.told(&willing, &[]), site.told(&other, &[]));
        assert_eq!(site.webhook(&["test", &good])["taken"], true);
        assert_eq!(willing.received()[0].json()["type"], "webhook.test");
        let said = site.try_webhook(&["test", &bad], "").unwrap_err();
        assert!(said.contains("it answered 418") && !said.contains("ok"), "{said}");
    });
}

#[test]
fn what_was_tried_too_often_is_a_dead_letter_and_can_be_tried_again() {
    let few = [HERE[0], ("SIXIN__WEBHOOKS__RETRY_SECONDS", "1,1")];
    let site = &Site::on(TestDatabase::sqlite(), &few);
    let receiver = Receiver::start(|received, before| {
        Reply::Status(if received.text() == "alice-bob 0" && before < 4 { 500 } else { 200 })
    });
    let (id, _) = site.told(&receiver, &["--events", "message.created"]);
    let sent = site.publish_texts(("alice", "bob"), 3);
    receiver.until_texts(site, &sent[1..]);
    let dead = site.webhook(&["dead-letters", &id]);
    assert_eq!((&dead["tries"], &dead["why"]), (&3.into(), &"it answered 500".into()));
    assert_eq!(receiver.texts(), sent[1..], "what stood behind it was not held up for ever");
    assert_eq!(site.webhook(&["dead-letters", &id, "--retry"])["retried"], 1);
    receiver.until_texts(site, &sent);
    let label = format!("{{endpoint=\"{id}\"}}");
    assert_eq!(site.server.metric(&format!("sixin_webhook_dead_total{label}")), 1);
    assert!(site.server.metric(&format!("sixin_webhook_failures_total{label}")) >= 3);
    assert!(site.server.metric(&format!("sixin_webhook_told_total{label}")) >= 3);
}
