//! Those who are asked before a message is stored, and what they said.

use sixin_application::hooks::ports::{Decision, HookAdmin, HookDecisions, HookRules, NewRule, RuleChange};
use sixin_application::ports::{CacheEpochs, Topic};
use sixin_domain::access::app_key::Secret;
use sixin_domain::hook::rule::{HookKind, ObjectNames, OnFailure, Origins};
use sixin_domain::hook::verdict::Outcome;
use sixin_domain::id::{HookId, MessageId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::webhook::receiver_url::ReceiverUrl;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_rule_is_kept_as_it_was_added_and_changed,
    every_change_of_a_rule_moves_the_epoch,
    a_rule_that_can_not_be_read_is_not_passed_over,
    decisions_are_kept_in_order_and_for_thirty_days,
);

const DAY: i64 = 24 * 60 * 60 * 1000;

fn new(name: &str) -> NewRule {
    NewRule {
        name: name.into(),
        kind: HookKind::Standard,
        url: ReceiverUrl::parse("https://me:secret@app.example/ask?a=b").unwrap(),
        secret: Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLjSw"),
        app_id: Some("app".into()),
        origins: Origins::parse("fresns,rongcloud").unwrap(),
        object_names: ObjectNames::parse("RC:TxtMsg,app:*").unwrap(),
        deadline_ms: 1_500,
        on_failure: OnFailure::Refuse,
        max_in_flight: 7,
    }
}

fn a_rule_is_kept_as_it_was_added_and_changed(db: &TestDatabase) {
    let store = &db.database;
    let first = db.wait(store.add(&new("first"), NOW)).unwrap();
    let second = db.wait(store.add(&new("second"), NOW)).unwrap();
    let rules = db.wait(store.rules()).unwrap();
    let added = new("first");
    assert_eq!(rules.iter().map(|rule| rule.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!((&rules[0].name, rules[0].kind, &rules[0].url), (&added.name, added.kind, &added.url));
    assert_eq!((&rules[0].secret, &rules[0].former, &rules[0].app_id), (&added.secret, &None, &added.app_id));
    assert_eq!((&rules[0].origins, &rules[0].object_names), (&added.origins, &added.object_names));
    assert_eq!(
        (rules[0].deadline_ms, rules[0].on_failure, rules[0].max_in_flight),
        (1_500, OnFailure::Refuse, 7)
    );
    assert!(!rules[0].is_paused);
    let change = |id, change: RuleChange| db.wait(HookAdmin::change(store, id, &change)).unwrap();
    let fresh = Secret::new("whsec_b3RoZXIga2V5IG9mIHRoaXJ0eSBieXRlcyBvciBz");
    assert!(change(first, RuleChange::Secret(fresh.clone(), NOW)) && change(first, RuleChange::Paused(true)));
    assert!(!change(HookId(99), RuleChange::Paused(true)));
    let changed = db.wait(store.list()).unwrap().remove(0);
    assert_eq!((changed.secret, changed.former), (fresh, Some((added.secret, NOW))));
    assert!(changed.is_paused && changed.generation > rules[0].generation);
    assert!(db.wait(store.remove(first)).unwrap() && !db.wait(store.remove(first)).unwrap());
    assert_eq!(db.wait(store.list()).unwrap().len(), 1);
}

fn every_change_of_a_rule_moves_the_epoch(db: &TestDatabase) {
    let store = &db.database;
    let epoch = || {
        let epochs = db.wait(CacheEpochs::read(store)).unwrap();
        epochs.into_iter().find(|(topic, _)| *topic == Topic::Hooks).unwrap().1
    };
    let mut last = epoch();
    let mut moved = |what: &str| {
        let now = epoch();
        assert!(now > last, "{what}");
        last = now;
    };
    let id = db.wait(store.add(&new(""), NOW)).unwrap();
    moved("added");
    db.wait(HookAdmin::change(store, id, &RuleChange::Paused(true))).unwrap();
    moved("paused");
    db.wait(store.remove(id)).unwrap();
    moved("removed");
}

fn a_rule_that_can_not_be_read_is_not_passed_over(db: &TestDatabase) {
    let store = &db.database;
    db.wait(store.add(&new(""), NOW)).unwrap();
    db.execute("UPDATE hooks SET kind = 'of tomorrow'");
    assert!(db.wait(store.rules()).unwrap_err().to_string().contains("hook 1"));
}

fn decisions_are_kept_in_order_and_for_thirty_days(db: &TestDatabase) {
    let store = &db.database;
    let decision = |hook, at, message| Decision {
        hook: HookId(hook),
        at,
        sender: UserId(1),
        recipient: UserId(2),
        recipients: 3,
        message,
        outcome: Outcome::Denied,
        took_ms: 12,
        reason: "it's \"no\" 语".into(),
    };
    let old = decision(1, NOW.plus(-30 * DAY - 1), None);
    let kept = decision(1, NOW.plus(-30 * DAY), Some(MessageId(5)));
    let other = decision(2, NOW, None);
    let all = [old.clone(), kept.clone(), other.clone()];
    db.wait(store.keep(&all)).unwrap();
    let latest = |hook: Option<i64>, limit| db.wait(store.latest(hook.map(HookId), limit)).unwrap();
    assert_eq!(latest(None, 10), [other.clone(), kept.clone(), old.clone()]);
    assert_eq!(latest(Some(1), 10), [kept.clone(), old]);
    assert_eq!(latest(None, 1).first(), Some(&other));
    db.wait(store.sweep(Millis(NOW.0))).unwrap();
    assert_eq!(latest(None, 10), [other, kept]);
}
