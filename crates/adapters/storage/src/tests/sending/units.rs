//! Messages and what they do to the two views of their conversation.

use std::collections::BTreeSet;
use std::time::Instant;

use diesel::result::{DatabaseErrorKind, Error};
use sixin_application::ports::StoreError;
use sixin_application::sending::ports::{AppendError, MessageStore, NonceUse, SendUnit};
use sixin_domain::id::{AppKeyId, FileUsageId};
use sixin_domain::message::Effects;
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;

use crate::sending::RetryBudget;
use crate::tests::harness::{NOW, TestDatabase, seq};
use crate::tests::on_every_database;

on_every_database!(
    the_first_message_makes_the_conversation_with_both_views,
    both_directions_share_one_conversation_and_count_up,
    messages_of_one_batch_keep_their_order_in_a_conversation,
    sent_times_strictly_increase_even_if_the_clock_goes_back,
    an_uncounted_message_is_not_unread,
    a_message_its_sender_does_not_see_leaves_the_senders_view_alone,
    a_message_may_leave_the_latest_one_in_place,
    a_message_that_is_not_kept_waits_for_delivery_only,
    an_empty_batch_is_nothing,
    a_nonce_is_used_once_and_its_twin_costs_the_neighbours_nothing,
    an_upload_is_bound_to_one_message,
    a_unit_that_cannot_be_stored_does_not_fail_its_neighbours,
    an_unknown_outcome_is_settled_by_looking,
    a_commit_that_keeps_failing_is_not_tried_for_ever,
    many_writers_at_once_make_one_conversation_without_holes,
    a_broken_table_is_an_error_and_the_next_batch_works,
);

const VIEW: &str = "SELECT CONCAT_WS(' ', last_seq, latest_message_brief, a_status, a_is_display, a_unread, \
     a_message_count, COALESCE(a_latest_message_brief, '-'), b_status, b_is_display, b_unread, b_message_count, \
     COALESCE(b_latest_message_brief, '-')) AS line FROM conversations";

fn with(unit: SendUnit, bend: impl FnOnce(&mut Effects)) -> SendUnit {
    let mut unit = unit;
    bend(&mut unit.envelope.effects);
    unit
}

fn the_first_message_makes_the_conversation_with_both_views(db: &TestDatabase) {
    let unit = db.unit(7, &[3], "hello");
    let (id, conversation) = (unit.messages[0].id, unit.messages[0].conversation_if_new);
    let placed = db.store(unit);
    assert_eq!(placed[0].place, Some((conversation, 1)));
    assert_eq!(placed[0].sent_at, NOW);
    // Side a is user 3, the recipient: unread. Side b is user 7, the sender: read.
    assert_eq!(db.lines(VIEW), ["1 hello 1 1 1 1 hello 2 1 0 1 hello"]);
    assert_eq!(db.number("SELECT latest_message_id AS number FROM conversations"), id.0);
    assert_eq!(db.number("SELECT latest_message_time AS number FROM conversations"), NOW.0);
    assert_eq!(db.number("SELECT created_at AS number FROM conversation_messages"), NOW.0);
}

fn both_directions_share_one_conversation_and_count_up(db: &TestDatabase) {
    let first = db.store(db.unit(7, &[3], "one"));
    let second = db.store(db.unit(3, &[7], "two"));
    let third = db.store(db.unit(7, &[3], "three"));
    assert_eq!([seq(&first[0]), seq(&second[0]), seq(&third[0])], [1, 2, 3]);
    assert_eq!(first[0].place.unwrap().0, third[0].place.unwrap().0);
    assert_eq!(db.lines(VIEW), ["3 three 1 1 2 3 three 1 1 1 3 three"]);
}

fn messages_of_one_batch_keep_their_order_in_a_conversation(db: &TestDatabase) {
    db.store(db.unit(1, &[2], "earlier"));
    let texts: Vec<String> = (0..200).map(|number| format!("{number:03}")).collect();
    let units = texts.iter().enumerate().map(|(number, text)| {
        if number % 2 == 0 { db.unit(1, &[2], text) } else { db.unit(2, &[1, 3], text) }
    });
    let answers = db.database.append(units.collect());
    assert!(answers.iter().all(Result::is_ok));
    let stored = db.lines(
        "SELECT message_text AS line FROM conversation_messages WHERE receive_user_id <> 3 ORDER BY seq",
    );
    assert_eq!(stored[1..], texts);
    let times = db.lines("SELECT CONCAT_WS(' ', seq, created_at) AS line FROM conversation_messages WHERE receive_user_id <> 3 ORDER BY seq");
    let expected: Vec<String> = (0..201).map(|index| format!("{} {}", index + 1, NOW.0 + index)).collect();
    assert_eq!(times, expected);
    let latest = "SELECT CONCAT_WS(' ', c.latest_message_time - m.created_at, c.latest_message_id - m.id, c.last_seq - m.seq, \
        c.a_latest_message_time - m.created_at) AS line FROM conversations c JOIN conversation_messages m ON m.id = c.latest_message_id";
    assert_eq!(db.lines(latest), ["0 0 0 0", "0 0 0 0"]);
}

fn sent_times_strictly_increase_even_if_the_clock_goes_back(db: &TestDatabase) {
    let mut last = db.store(db.unit(1, &[2], "first"))[0].sent_at;
    for back in [0, 5, 10_000] {
        let mut unit = db.unit(2, &[1], "later");
        unit.accepted_at = NOW.plus(-back);
        let sent_at = db.store(unit)[0].sent_at;
        assert!(sent_at > last);
        last = sent_at;
    }
    let mut unit = db.unit(1, &[2], "much later");
    unit.accepted_at = NOW.plus(60_000);
    assert_eq!(db.store(unit)[0].sent_at, NOW.plus(60_000));
    assert_eq!(db.number("SELECT b_latest_message_time AS number FROM conversations"), NOW.0 + 60_000);
}

fn an_uncounted_message_is_not_unread(db: &TestDatabase) {
    db.store(with(db.unit(1, &[2], "quiet"), |effects| effects.is_counted = false));
    assert_eq!(db.lines(VIEW), ["1 quiet 2 1 0 1 quiet 2 1 0 1 quiet"]);
    db.store(db.unit(1, &[2], "loud"));
    db.store(with(db.unit(1, &[2], "quiet"), |effects| effects.is_counted = false));
    assert_eq!(db.lines(VIEW), ["3 quiet 2 1 0 3 quiet 1 1 1 3 quiet"]);
    assert_eq!(db.number("SELECT SUM(is_counted) AS number FROM conversation_messages"), 1);
}

fn a_message_its_sender_does_not_see_leaves_the_senders_view_alone(db: &TestDatabase) {
    let unseen = |text| with(db.unit(1, &[2], text), |effects| effects.sender_visible = false);
    db.store(unseen("first"));
    assert_eq!(db.lines(VIEW), ["1 first 2 0 0 0 - 1 1 1 1 first"]);
    db.store(db.unit(1, &[2], "own"));
    db.store(unseen("third"));
    assert_eq!(db.lines(VIEW), ["3 third 2 1 0 1 own 1 1 3 3 third"]);
}

fn a_message_may_leave_the_latest_one_in_place(db: &TestDatabase) {
    let quiet = |text| with(db.unit(1, &[2], text), |effects| effects.updates_latest = false);
    db.store(db.unit(1, &[2], "first"));
    let time = "SELECT latest_message_time AS number FROM conversations";
    let before = db.number(time);
    db.store(quiet("second"));
    assert_eq!(db.lines(VIEW), ["2 first 2 1 0 2 first 1 1 2 2 first"]);
    assert_eq!(db.number(time), before);
    db.database.append(vec![db.unit(1, &[2], "third"), quiet("fourth")]);
    assert_eq!(db.lines(VIEW), ["4 third 2 1 0 4 third 1 1 4 4 third"]);
    assert_eq!(
        db.number("SELECT m.seq AS number FROM conversations c JOIN conversation_messages m ON m.created_at = c.b_latest_message_time"),
        3
    );
}

fn a_message_that_is_not_kept_waits_for_delivery_only(db: &TestDatabase) {
    let mut unit = with(db.unit(1, &[2, 3], "{}"), |effects| effects.is_persisted = false);
    unit.envelope.body = Body::Typed {
        object_name: ObjectName::new("RC:CmdMsg").unwrap(),
        content: r#"{"name":"x"}"#.into(),
        text: None,
    };
    unit.envelope.delivery = Some(DeliveryOptions { disable_push: Some(true), ..DeliveryOptions::default() });
    let placed = db.store(unit);
    assert_eq!((placed[0].place, placed[0].sent_at), (None, NOW));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversations"), 0);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 0);
    assert_eq!(
        db.lines("SELECT CONCAT_WS(' ', receive_user_id, object_name, content, delivery) AS line FROM transient_messages ORDER BY id"),
        [
            r#"2 RC:CmdMsg {"name":"x"} {"disablePush":true}"#,
            r#"3 RC:CmdMsg {"name":"x"} {"disablePush":true}"#
        ]
    );
}

fn an_empty_batch_is_nothing(db: &TestDatabase) {
    assert!(db.database.append(Vec::new()).is_empty());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversations"), 0);
}

fn a_nonce_is_used_once_and_its_twin_costs_the_neighbours_nothing(db: &TestDatabase) {
    let nonce =
        |key, text: &str| Some(NonceUse { app_key: AppKeyId(key), nonce: text.to_owned(), signed_at: NOW });
    let batch = |nonces: [Option<NonceUse>; 3]| {
        nonces.map(|nonce| SendUnit { nonce, ..db.unit(1, &[2], "hi") }).to_vec()
    };
    let answers = db.database.append(batch([nonce(1, "a"), nonce(1, "a"), None]));
    assert!(matches!(answers[..], [Ok(_), Err(AppendError::NonceUsed), Ok(_)]));
    let answers = db.database.append(batch([nonce(1, "a"), nonce(2, "a"), nonce(1, "b")]));
    assert!(matches!(answers[..], [Err(AppendError::NonceUsed), Ok(_), Ok(_)]));
    assert_eq!(db.number("SELECT last_seq AS number FROM conversations"), 4);
}

fn an_upload_is_bound_to_one_message(db: &TestDatabase) {
    db.execute(
        "INSERT INTO file_usages (file_id, usage_type, platform_id, table_name, table_column, table_key, user_id) \
         VALUES (5, 6, 5, 'conversation_messages', 'message_file_id', 'bob', 1)",
    );
    let usage = FileUsageId(db.number("SELECT id AS number FROM file_usages"));
    let unit = || SendUnit { upload: Some(usage), ..db.unit(1, &[2], "file") };
    let answers = db.database.append(vec![unit(), unit()]);
    let placed = answers[0].as_ref().unwrap().placed[0];
    assert!(matches!(answers[1], Err(AppendError::UploadTaken)));
    assert_eq!(db.number("SELECT table_id AS number FROM file_usages"), placed.id.0);
    let conversation = placed.place.unwrap().0;
    assert_eq!(
        db.lines("SELECT table_key AS line FROM file_usages"),
        [format!("Conversation-{conversation}")]
    );
    assert!(matches!(db.database.append(vec![unit()])[0], Err(AppendError::UploadTaken)));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 1);
}

fn a_unit_that_cannot_be_stored_does_not_fail_its_neighbours(db: &TestDatabase) {
    let stored = db.unit(1, &[2], "stored");
    let id = stored.messages[0].id;
    db.store(stored);
    let mut units: Vec<SendUnit> = (0..9).map(|number| db.unit(1, &[3 + number % 2], "fine")).collect();
    units[4].messages[0].id = id;
    let answers = db.database.append(units);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.is_ok(), number != 4, "{number}");
    }
    assert!(matches!(answers[4], Err(AppendError::Store(StoreError::Fault(_)))));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 9);
    assert_eq!(db.number("SELECT SUM(last_seq) AS number FROM conversations"), 9);
}

fn an_unknown_outcome_is_settled_by_looking(db: &TestDatabase) {
    let committed = db.unit(1, &[2, 3], "committed");
    let mut transient = with(db.unit(1, &[2], "passing"), |effects| effects.is_persisted = false);
    transient.envelope.body = Body::Text("passing".into());
    let lost = db.unit(1, &[2], "lost");
    let expected = db.store(committed.clone());
    db.store(transient.clone());
    let cause = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new("connection lost".to_owned()));
    let budget = RetryBudget { deadline: Instant::now() + std::time::Duration::from_secs(5), settlements: 1 };
    let answers = db.database.settle(&[&committed, &lost, &transient], cause, budget);
    assert_eq!(answers[0].as_ref().unwrap().placed, expected);
    assert_eq!(seq(&answers[1].as_ref().unwrap().placed[0]), 2);
    assert_eq!(answers[2].as_ref().unwrap().placed[0].place, None);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 3);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM transient_messages"), 1);
}

fn a_commit_that_keeps_failing_is_not_tried_for_ever(db: &TestDatabase) {
    let lost = db.unit(1, &[2], "lost");
    let cause = Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new("disk I/O error".to_owned()));
    let budget = RetryBudget { deadline: Instant::now() + std::time::Duration::from_secs(5), settlements: 0 };
    let answers = db.database.settle(&[&lost], cause, budget);
    assert!(matches!(answers[0], Err(AppendError::Store(StoreError::Unavailable(_)))));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 0);
}

fn many_writers_at_once_make_one_conversation_without_holes(db: &TestDatabase) {
    let batch = |sender: i64, recipient: i64| -> Vec<SendUnit> {
        (0..5).map(|_| db.unit(sender, &[recipient, 9], "hi")).collect()
    };
    let batches: Vec<_> =
        (0..16).map(|number| if number % 2 == 0 { batch(1, 2) } else { batch(2, 1) }).collect();
    let seqs: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            batches.into_iter().map(|batch| scope.spawn(|| db.database.append(batch))).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .map(|answer| seq(&answer.unwrap().placed[0]))
            .collect()
    });
    assert_eq!(seqs.iter().copied().collect::<BTreeSet<_>>(), (1..=80).collect());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversations"), 3);
    assert_eq!(
        db.number("SELECT COUNT(DISTINCT created_at) AS number FROM conversation_messages WHERE receive_user_id <> 9"),
        80
    );
}

fn a_broken_table_is_an_error_and_the_next_batch_works(db: &TestDatabase) {
    db.execute("ALTER TABLE conversation_messages RENAME TO elsewhere");
    let answers = db.database.append(vec![db.unit(1, &[2], "a"), db.unit(1, &[3], "b")]);
    assert!(answers.iter().all(|answer| matches!(answer, Err(AppendError::Store(StoreError::Fault(_))))));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversations"), 0);
    db.execute("ALTER TABLE elsewhere RENAME TO conversation_messages");
    assert_eq!(seq(&db.store(db.unit(1, &[2], "a"))[0]), 1);
}
