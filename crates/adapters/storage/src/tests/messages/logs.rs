//! The logs of hours: the messages of everybody by when they were made, and which logs are deleted.

use std::ops::Range;

use sixin_application::messages::ports::{HourlyLogs, MessageChanges};
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_domain::id::{MessageId, UserId, first_id_at};
use sixin_domain::message::body::Body;
use sixin_domain::message::log_hour::LogHour;
use sixin_domain::message::object_name::{MOMENTARY, ObjectName};

use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::sending::shared_content::typed;

on_every_database!(
    messages_of_everybody_come_by_id_between_bounds_and_in_pages,
    what_was_recalled_not_stored_or_only_for_the_moment_is_in_no_log,
    bodies_are_in_a_log_as_they_were_stored,
    a_log_is_deleted_once_and_for_every_process_and_forgotten_with_the_others,
);

/// 2026-11-22 20:00 in +8, which is when [`NOW`] is.
fn hour(date: &str) -> LogHour {
    LogHour::parse(date, 480).unwrap()
}

fn with_id(mut unit: SendUnit, id: i64) -> SendUnit {
    for (message, id) in unit.messages.iter_mut().zip(id..) {
        message.id = MessageId(id);
    }
    unit
}

fn made(db: &TestDatabase, ids: Range<i64>, limit: i64) -> Vec<(i64, i64, i64)> {
    let found = db.wait(db.database.made(ids, limit)).unwrap().into_iter();
    found.map(|(message, recipient)| (message.id.0, message.sender.0, recipient.0)).collect()
}

fn messages_of_everybody_come_by_id_between_bounds_and_in_pages(db: &TestDatabase) {
    let ids = hour("2026112220").ids();
    let (first, end) = (first_id_at(NOW), ids.end);
    assert_eq!(ids.start, first);
    for (id, from, to) in
        [(first - 1, 1, 2), (end - 1, 2, 1), (first, 3, 4), (first + 9, 1, 2), (end, 1, 2), (end + 5, 4, 3)]
    {
        db.store(with_id(db.unit(from, &[to], "hi"), id));
    }
    let all = [(first, 3, 4), (first + 9, 1, 2), (end - 1, 2, 1)];
    assert_eq!(made(db, ids.clone(), 100), all);
    assert_eq!(made(db, ids.clone(), 2), all[..2]);
    assert_eq!(made(db, first + 10..end, 2), all[2..]);
    assert_eq!(made(db, end..end, 2), []);
}

fn what_was_recalled_not_stored_or_only_for_the_moment_is_in_no_log(db: &TestDatabase) {
    let first = first_id_at(NOW);
    for (id, name) in (first..).zip(MOMENTARY.into_iter().chain(["RC:CmdNtf"])) {
        let mut unit = typed(db, &[2], "{}".into());
        let object_name = ObjectName::new(name).unwrap();
        unit.envelope.body = Body::Typed { object_name, content: "{}".into(), text: None };
        db.store(with_id(unit, id));
    }
    let mut not_stored = db.unit(1, &[2], "hi");
    not_stored.envelope.effects.is_persisted = false;
    db.store(with_id(not_stored, first + 100));
    db.store(with_id(db.unit(1, &[2], "recalled"), first + 101));
    let mut hidden = db.unit(1, &[2], "hidden from its sender");
    hidden.envelope.effects.sender_visible = false;
    db.store(with_id(hidden, first + 102));
    db.wait(db.database.recall(MessageId(first + 101), RECALL, NOW)).unwrap();
    let kept = i64::try_from(MOMENTARY.len()).unwrap() + first;
    assert_eq!(made(db, hour("2026112220").ids(), 100), [(kept, 1, 2), (first + 102, 1, 2)]);
}

fn bodies_are_in_a_log_as_they_were_stored(db: &TestDatabase) {
    let (first, long) = (first_id_at(NOW), "{\"a\":\"你\"} ".repeat(500));
    db.execute("INSERT INTO files (id, fid, type, name, extension, path) VALUES (3, 'fid', 2, 'a.mp4', 'mp4', 'a/b')");
    db.store(with_id(typed(db, &[2, 3], long.clone()), first));
    db.execute(&format!(
        "UPDATE conversation_messages SET message_type = 2, message_file_id = 3 WHERE id = {first}"
    ));
    let found = db.wait(db.database.made(hour("2026112220").ids(), 100)).unwrap();
    assert_eq!(found[0].0.file.as_ref().map(|file| file.name.as_str()), Some("a.mp4"));
    let object_name = ObjectName::new("My:Type").unwrap();
    assert_eq!(found[1].0.body, Body::Typed { object_name, content: long, text: None });
    assert_eq!((found[1].0.sender, found[1].1, found[1].0.sent_at), (UserId(1), UserId(3), NOW));
}

fn a_log_is_deleted_once_and_for_every_process_and_forgotten_with_the_others(db: &TestDatabase) {
    let other = db.another();
    let is_deleted = |hour| db.wait(other.database.is_deleted(hour)).unwrap();
    let (old, young) = (hour("2026111919"), hour("2026111920"));
    db.database.append(vec![with_id(db.unit(1, &[2], "hi"), young.ids().start)]);
    assert!(!is_deleted(old) && !is_deleted(young));
    for _ in 0..2 {
        db.wait(HourlyLogs::delete(&db.database, young, NOW)).unwrap();
        db.wait(HourlyLogs::delete(&other.database, old, NOW)).unwrap();
        assert!(is_deleted(old) && is_deleted(young) && !is_deleted(hour("2026111918")));
    }
    assert_eq!(made(db, young.ids(), 5).len(), 1);
    // Three days after the hour, to the millisecond.
    assert!(!db.wait(db.database.sweep(NOW.plus(-1))).unwrap());
    assert!(is_deleted(old));
    assert!(!db.wait(db.database.sweep(NOW)).unwrap());
    assert!(!is_deleted(old) && is_deleted(young));
}
