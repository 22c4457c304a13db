//! Pairs of messages.

use std::collections::{BTreeMap, BTreeSet};

use sixin_application::messages::ports::{MessageChanges, MessageExpansions};
use sixin_domain::id::MessageId;
use sixin_domain::message::body::Body;
use sixin_domain::message::expansion::{Change, Changes, Edit, Expansion, ExpansionRefusal};
use sixin_domain::time::Millis;

use crate::sql::counts::StatementCounts;
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;

on_every_database!(
    pairs_are_set_set_anew_and_removed,
    a_pair_the_message_was_sent_with_is_kept_as_gone,
    pairs_of_several_messages_are_read_in_one_statement,
    a_hundred_pairs_at_once_and_300_in_all,
    those_who_set_pairs_at_the_same_time_never_exceed_300,
    what_was_recalled_or_never_stored_gets_no_pairs,
    pairs_stay_when_a_message_changes_and_are_kept_when_it_is_recalled,
    values_and_keys_are_kept_byte_for_byte,
);

fn sent(db: &TestDatabase) -> MessageId {
    db.store(db.unit(1, &[2], "hi"))[0].id
}

fn before(initial: &[(&str, &str)]) -> Expansion {
    Expansion { initial: pairs(initial), sent_at: NOW, changes: Changes::new() }
}

fn pairs(given: &[(&str, &str)]) -> BTreeMap<String, String> {
    given.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn many(keys: std::ops::Range<usize>) -> Edit {
    Edit::Set(keys.map(|number| (format!("k{number}"), "v".repeat(4096))).collect())
}

fn remove(keys: &[&str]) -> Edit {
    Edit::Remove(keys.iter().map(|key| (*key).to_owned()).collect::<BTreeSet<_>>())
}

fn edit(
    db: &TestDatabase,
    message: MessageId,
    before: Expansion,
    edit: Edit,
    at: i64,
) -> Result<(), ExpansionRefusal> {
    db.wait(MessageExpansions::edit(&db.database, message, before, edit, Millis(at))).unwrap()
}

fn changes(db: &TestDatabase, message: MessageId) -> Changes {
    db.wait(db.database.changes(&[message])).unwrap().remove(&message).unwrap_or_default()
}

fn change(value: Option<&str>, at: i64) -> Change {
    Change { value: value.map(str::to_owned), at: Millis(at) }
}

fn pairs_are_set_set_anew_and_removed(db: &TestDatabase) {
    let (message, other) = (sent(db), sent(db));
    edit(db, message, before(&[]), Edit::Set(pairs(&[("a", "1"), ("b", "2")])), 5).unwrap();
    edit(db, other, before(&[]), Edit::Set(pairs(&[("a", "other")])), 6).unwrap();
    edit(db, message, before(&[]), Edit::Set(pairs(&[("b", "3"), ("A", "4")])), 7).unwrap();
    edit(db, message, before(&[]), remove(&["a", "none"]), 8).unwrap();
    let expected = [("A".into(), change(Some("4"), 7)), ("b".into(), change(Some("3"), 7))];
    assert_eq!(changes(db, message), BTreeMap::from(expected));
    assert_eq!(changes(db, other), BTreeMap::from([("a".into(), change(Some("other"), 6))]));
    edit(db, message, before(&[]), remove(&["A", "b"]), 9).unwrap();
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_expansions"), 1);
}

fn a_pair_the_message_was_sent_with_is_kept_as_gone(db: &TestDatabase) {
    let message = sent(db);
    let initial = || before(&[("a", "1"), ("b", "2")]);
    edit(db, message, initial(), remove(&["a"]), 5).unwrap();
    assert_eq!(changes(db, message), BTreeMap::from([("a".into(), change(None, 5))]));
    edit(db, message, initial(), Edit::Set(pairs(&[("a", "new")])), 6).unwrap();
    assert_eq!(changes(db, message), BTreeMap::from([("a".into(), change(Some("new"), 6))]));
    edit(db, message, initial(), remove(&["a", "b"]), 7).unwrap();
    let gone = [("a".into(), change(None, 7)), ("b".into(), change(None, 7))];
    assert_eq!(changes(db, message), BTreeMap::from(gone));
}

fn pairs_of_several_messages_are_read_in_one_statement(db: &TestDatabase) {
    let messages: Vec<MessageId> = (0..100).map(|_| sent(db)).collect();
    for (message, at) in messages.iter().zip(1..).take(50) {
        edit(db, *message, before(&[]), Edit::Set(pairs(&[("a", "1"), ("b", "2")])), at).unwrap();
    }
    let mut found = None;
    let sent = run_by(db, || found = Some(db.wait(db.database.changes(&messages)).unwrap()));
    assert_eq!(sent, StatementCounts { reads: 1, writes: 0 });
    let found = found.unwrap();
    assert_eq!(found.len(), 50);
    assert_eq!(found[&messages[9]]["b"], change(Some("2"), 10));
    assert!(db.wait(db.database.changes(&[])).unwrap().is_empty());
}

fn a_hundred_pairs_at_once_and_300_in_all(db: &TestDatabase) {
    let message = sent(db);
    for from in [0, 100, 200] {
        edit(db, message, before(&[]), many(from..from + 100), 5).unwrap();
    }
    assert_eq!(changes(db, message).len(), 300);
    assert_eq!(edit(db, message, before(&[]), many(299..301), 6), Err(ExpansionRefusal::TooMany));
    assert_eq!(changes(db, message).len(), 300);
    let at = "SELECT MAX(set_at) AS number FROM message_expansions";
    assert_eq!(db.number(at), 5);
    edit(db, message, before(&[]), many(200..300), 7).unwrap();
    assert_eq!(db.number(at), 7);
    // A pair the message was sent with counts, until it is gone.
    let initial = || before(&[("first", "1")]);
    edit(db, message, initial(), remove(&["k0"]), 8).unwrap();
    assert_eq!(edit(db, message, initial(), many(0..1), 9), Err(ExpansionRefusal::TooMany));
    edit(db, message, initial(), remove(&["first"]), 10).unwrap();
    edit(db, message, initial(), many(0..1), 11).unwrap();
}

fn those_who_set_pairs_at_the_same_time_never_exceed_300(db: &TestDatabase) {
    let message = sent(db);
    edit(db, message, before(&[]), many(0..100), 1).unwrap();
    edit(db, message, before(&[]), many(100..200), 1).unwrap();
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|thread| {
                let db = db.another();
                scope.spawn(move || {
                    let tries = (0..5).map(|round| 200 + thread * 50 + round * 10);
                    tries
                        .filter(|from| edit(&db, message, before(&[]), many(*from..from + 10), 2).is_ok())
                        .count()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((accepted, changes(db, message).len()), (10, 300));
}

fn what_was_recalled_or_never_stored_gets_no_pairs(db: &TestDatabase) {
    let recalled = sent(db);
    db.wait(db.database.recall(recalled, RECALL, NOW)).unwrap();
    let mut unit = db.unit(1, &[2], "passing");
    unit.envelope.effects.is_persisted = false;
    let passing = db.store(unit)[0].id;
    for message in [recalled, passing, MessageId(1), MessageId(i64::MAX)] {
        let refused = edit(db, message, before(&[]), many(0..1), 5);
        assert_eq!(refused, Err(ExpansionRefusal::Recalled));
    }
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_expansions"), 0);
}

fn pairs_stay_when_a_message_changes_and_are_kept_when_it_is_recalled(db: &TestDatabase) {
    let message = sent(db);
    edit(db, message, before(&[]), Edit::Set(pairs(&[("a", "1")])), 5).unwrap();
    db.wait(db.database.rewrite(message, &Body::Text("new".into()), NOW)).unwrap();
    assert_eq!(changes(db, message).len(), 1);
    db.wait(db.database.recall(message, RECALL, NOW)).unwrap();
    assert_eq!(changes(db, message).len(), 1);
}

fn values_and_keys_are_kept_byte_for_byte(db: &TestDatabase) {
    let message = sent(db);
    let key = "k".repeat(32);
    let longest = "🙂".repeat(4096);
    edit(db, message, before(&[]), Edit::Set(pairs(&[(&key, &longest), ("é", " x "), ("e", "")])), 5)
        .unwrap();
    let found = changes(db, message);
    assert_eq!(found[&key].value.as_deref(), Some(longest.as_str()));
    assert_eq!((found["é"].value.as_deref(), found["e"].value.as_deref()), (Some(" x "), Some("")));
}
