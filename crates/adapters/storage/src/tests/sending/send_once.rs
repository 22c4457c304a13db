//! A send with a key is stored once, whatever happens to the caller in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{Connection, InstrumentationEvent};
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::sending::ports::{
    AppendError, IdempotencyKey, IdempotencyKeys, MessageStore, NonceUse, Repetition, SendUnit, StoredBodies,
};
use sixin_domain::file::FileKind;
use sixin_domain::id::{AppKeyId, FileId, FileUsageId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

use crate::database::{Database, DatabaseOptions};
use crate::tests::harness::{NOW, TestDatabase, seq};
use crate::tests::on_every_database;

on_every_database!(
    the_same_key_and_request_is_answered_with_the_first_result,
    the_same_key_with_another_request_is_refused,
    an_ended_key_is_free_again_before_it_is_swept,
    ended_keys_are_swept_in_steps_and_live_ones_stay,
    app_keys_senders_and_keys_do_not_share_results,
    duplicates_in_one_batch_are_stored_once,
    duplicates_of_a_unit_that_is_stopped_are_not_its_repeats,
    duplicates_from_two_processes_are_stored_once,
    an_ended_key_is_replaced_once_by_duplicates_from_two_processes,
    a_result_of_a_thousand_recipients_comes_back_whole,
    a_message_that_is_not_kept_is_sent_once_too,
    repeats_change_nothing_for_their_neighbours,
    a_used_nonce_refuses_a_repeat_and_a_new_one_is_used_up_by_it,
    a_repeat_does_not_need_the_upload_it_took,
    a_repeat_is_found_without_writing,
    a_unit_that_could_not_be_stored_leaves_its_key_free,
    what_a_message_holds_is_read_as_it_was_stored,
    many_nonces_and_uploads_are_used_once_in_one_batch,
    a_batch_takes_few_statements_whatever_its_units_bring,
);

pub(crate) fn key(text: &str, request: u8) -> IdempotencyKey {
    IdempotencyKey { app_key: AppKeyId(1), key: text.into(), fingerprint: [request; 32], lives_ms: 1000 }
}

fn keyed(db: &TestDatabase, recipients: &[i64], key: IdempotencyKey) -> SendUnit {
    SendUnit { idempotency: Some(key), ..db.unit(1, recipients, "hi") }
}

fn at(unit: SendUnit, ms: i64) -> SendUnit {
    SendUnit { accepted_at: NOW.plus(ms), ..unit }
}

fn messages(db: &TestDatabase) -> i64 {
    db.number("SELECT COUNT(*) AS number FROM conversation_messages")
}

fn keys(db: &TestDatabase) -> i64 {
    db.number("SELECT COUNT(*) AS number FROM idempotency_keys")
}

/// Stores one unit: where it is, and whether it was a repeat.
fn store(db: &TestDatabase, unit: SendUnit) -> Result<(Vec<Placed>, bool), AppendError> {
    let stored = db.database.append(vec![unit]).pop().unwrap()?;
    Ok((stored.placed, stored.replayed))
}

fn the_same_key_and_request_is_answered_with_the_first_result(db: &TestDatabase) {
    let (first, replayed) = store(db, keyed(db, &[2, 3], key("k", 7))).unwrap();
    assert!(!replayed);
    for _ in 0..2 {
        let repeat = at(keyed(db, &[2, 3], key("k", 7)), 999);
        assert_eq!(store(db, repeat).unwrap(), (first.clone(), true));
    }
    assert_eq!((messages(db), keys(db)), (2, 1));
    assert_eq!(db.number("SELECT SUM(last_seq) AS number FROM conversations"), 2);
    let result = db.lines("SELECT result AS line FROM idempotency_keys").remove(0);
    assert!(result.starts_with("[[") && !result.contains(' '), "{result}");
}

fn the_same_key_with_another_request_is_refused(db: &TestDatabase) {
    store(db, keyed(db, &[2], key("k", 7))).unwrap();
    assert!(matches!(store(db, keyed(db, &[2], key("k", 8))), Err(AppendError::KeyReused)));
    assert_eq!((messages(db), keys(db)), (1, 1));
    assert!(store(db, keyed(db, &[2], key("k", 7))).unwrap().1);
}

fn an_ended_key_is_free_again_before_it_is_swept(db: &TestDatabase) {
    let (first, _) = store(db, keyed(db, &[2], key("k", 7))).unwrap();
    assert!(store(db, at(keyed(db, &[2], key("k", 7)), 999)).unwrap().1);
    let (second, replayed) = store(db, at(keyed(db, &[2], key("k", 8)), 1000)).unwrap();
    assert!(!replayed && second[0].id != first[0].id);
    assert_eq!((messages(db), keys(db)), (2, 1));
    assert_eq!(db.number("SELECT expires_at AS number FROM idempotency_keys"), NOW.0 + 2000);
    assert_eq!(store(db, at(keyed(db, &[2], key("k", 8)), 1500)).unwrap(), (second, true));
}

fn ended_keys_are_swept_in_steps_and_live_ones_stay(db: &TestDatabase) {
    let units = (0..601).map(|number| keyed(db, &[2], key(&number.to_string(), 7))).collect();
    assert!(db.database.append(units).iter().all(Result::is_ok));
    store(db, at(keyed(db, &[2], key("live", 7)), 1)).unwrap();
    assert!(!db.wait(db.database.sweep(NOW.plus(999))).unwrap());
    assert_eq!(keys(db), 602);
    assert!(db.wait(db.database.sweep(NOW.plus(1000))).unwrap());
    assert_eq!(keys(db), 102);
    assert!(!db.wait(db.database.sweep(NOW.plus(1000))).unwrap());
    assert_eq!(keys(db), 1);
    assert!(!store(db, keyed(db, &[2], key("0", 9))).unwrap().1);
    assert!(store(db, keyed(db, &[2], key("live", 7))).unwrap().1);
}

fn app_keys_senders_and_keys_do_not_share_results(db: &TestDatabase) {
    let other_app = IdempotencyKey { app_key: AppKeyId(2), ..key("k", 8) };
    let mut other_sender = keyed(db, &[2], key("k", 9));
    other_sender.envelope.sender = UserId(3);
    let units = vec![
        keyed(db, &[2], key("k", 7)),
        keyed(db, &[2], other_app),
        other_sender,
        keyed(db, &[2], key("K", 7)),
    ];
    for _ in 0..2 {
        let answers = db.database.append(units.clone());
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!((messages(db), keys(db)), (4, 4));
    }
}

fn duplicates_in_one_batch_are_stored_once(db: &TestDatabase) {
    let units = vec![
        db.unit(1, &[2], "before"),
        keyed(db, &[2], key("k", 7)),
        keyed(db, &[2], key("k", 7)),
        db.unit(1, &[2], "between"),
        keyed(db, &[2], key("k", 8)),
        keyed(db, &[2], key("k", 7)),
    ];
    let id = units[1].messages[0].id;
    let answers = db.database.append(units);
    for (index, replayed) in [(1, false), (2, true), (5, true)] {
        let stored = answers[index].as_ref().unwrap();
        assert_eq!((stored.placed[0].id, seq(&stored.placed[0]), stored.replayed), (id, 2, replayed));
    }
    assert!(matches!(answers[4], Err(AppendError::KeyReused)));
    assert_eq!(seq(&answers[3].as_ref().unwrap().placed[0]), 3);
    assert_eq!((messages(db), keys(db)), (3, 1));
}

fn duplicates_of_a_unit_that_is_stopped_are_not_its_repeats(db: &TestDatabase) {
    let taken = SendUnit { upload: Some(FileUsageId(404)), ..keyed(db, &[2], key("k", 7)) };
    let answers = db.database.append(vec![taken, keyed(db, &[2], key("k", 8))]);
    assert!(matches!(answers[0], Err(AppendError::UploadTaken)));
    assert!(!answers[1].as_ref().unwrap().replayed);
}

/// Twenty duplicates at once through two pools, as if through two processes: how many were stored.
fn storm(db: &TestDatabase, ms: i64) -> usize {
    let other = Database::open(DatabaseOptions::new(db.url.clone())).unwrap();
    let units: Vec<_> = (0..20).map(|_| at(keyed(db, &[2, 3], key("k", 7)), ms)).collect();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = units
            .into_iter()
            .enumerate()
            .map(|(number, unit)| {
                let database = if number % 2 == 0 { &db.database } else { &other };
                scope.spawn(move || database.append(vec![unit]).pop().unwrap().unwrap())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|stored| stored.placed == answers[0].placed));
    answers.iter().filter(|stored| !stored.replayed).count()
}

fn duplicates_from_two_processes_are_stored_once(db: &TestDatabase) {
    assert_eq!(storm(db, 0), 1);
    assert_eq!((messages(db), keys(db)), (2, 1));
    assert_eq!(storm(db, 1), 0);
}

fn an_ended_key_is_replaced_once_by_duplicates_from_two_processes(db: &TestDatabase) {
    store(db, keyed(db, &[2, 3], key("k", 7))).unwrap();
    assert_eq!(storm(db, 5000), 1);
    assert_eq!((messages(db), keys(db)), (4, 1));
}

fn a_result_of_a_thousand_recipients_comes_back_whole(db: &TestDatabase) {
    let recipients: Vec<i64> = (2..1002).collect();
    let (first, _) = store(db, keyed(db, &recipients, key("k", 7))).unwrap();
    let (again, replayed) = store(db, keyed(db, &recipients, key("k", 7))).unwrap();
    assert!(replayed);
    assert_eq!(again, first);
    assert_eq!(again.iter().map(|placed| placed.recipient.0).collect::<Vec<_>>(), recipients);
    assert_eq!(messages(db), 1000);
}

fn a_message_that_is_not_kept_is_sent_once_too(db: &TestDatabase) {
    let unit = || {
        let mut unit = keyed(db, &[2], key("k", 7));
        unit.envelope.effects.is_persisted = false;
        unit
    };
    let (first, _) = store(db, unit()).unwrap();
    assert_eq!(first[0].place, None);
    assert_eq!(store(db, unit()).unwrap(), (first, true));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM transient_messages"), 1);
}

fn repeats_change_nothing_for_their_neighbours(db: &TestDatabase) {
    store(db, keyed(db, &[2], key("k", 7))).unwrap();
    let mut units: Vec<_> = (0..9).map(|_| db.unit(1, &[2], "fine")).collect();
    units[3] = keyed(db, &[2], key("k", 7));
    units[6] = keyed(db, &[2], key("k", 8));
    let answers = db.database.append(units);
    let seqs: Vec<_> = answers.iter().flatten().map(|stored| seq(&stored.placed[0])).collect();
    assert_eq!(seqs, [2, 3, 4, 1, 5, 6, 7, 8]);
    assert!(matches!(answers[6], Err(AppendError::KeyReused)));
    assert_eq!(db.number("SELECT last_seq AS number FROM conversations"), 8);
}

pub(crate) fn nonce(text: &str) -> Option<NonceUse> {
    Some(NonceUse { app_key: AppKeyId(1), nonce: text.into(), signed_at: NOW })
}

fn a_used_nonce_refuses_a_repeat_and_a_new_one_is_used_up_by_it(db: &TestDatabase) {
    let signed = |text| SendUnit { nonce: nonce(text), ..keyed(db, &[2], key("k", 7)) };
    assert!(!store(db, signed("a")).unwrap().1);
    assert!(matches!(store(db, signed("a")), Err(AppendError::NonceUsed)));
    assert!(store(db, signed("b")).unwrap().1);
    assert!(matches!(store(db, signed("b")), Err(AppendError::NonceUsed)));
    assert_eq!((messages(db), keys(db)), (1, 1));
}

pub(crate) fn add_uploads(db: &TestDatabase, count: usize) -> Vec<FileUsageId> {
    for _ in 0..count {
        db.execute(
            "INSERT INTO file_usages (file_id, usage_type, platform_id, table_name, table_column, table_key, user_id) \
             VALUES (5, 6, 5, 'conversation_messages', 'message_file_id', 'bob', 1)",
        );
    }
    let last = db.number("SELECT MAX(id) AS number FROM file_usages");
    (0..i64::try_from(count).unwrap()).rev().map(|back| FileUsageId(last - back)).collect()
}

fn a_repeat_does_not_need_the_upload_it_took(db: &TestDatabase) {
    let upload = add_uploads(db, 1).pop();
    let unit = || SendUnit { upload, ..keyed(db, &[2], key("k", 7)) };
    let answers = db.database.append(vec![unit(), unit()]);
    assert!(answers[1].as_ref().unwrap().replayed);
    assert!(store(db, unit()).unwrap().1);
    assert!(matches!(
        store(db, SendUnit { upload, ..db.unit(1, &[2], "file") }),
        Err(AppendError::UploadTaken)
    ));
}

fn a_repeat_is_found_without_writing(db: &TestDatabase) {
    let (first, _) = store(db, SendUnit { nonce: nonce("a"), ..keyed(db, &[2], key("k", 7)) }).unwrap();
    let find = |key: IdempotencyKey, nonce: Option<NonceUse>, sender: i64, ms: i64| {
        let send = Repetition { sender: UserId(sender), key, nonce, accepted_at: NOW.plus(ms) };
        db.wait(IdempotencyKeys::find(&db.database, &send))
    };
    assert_eq!(find(key("k", 7), None, 1, 999).unwrap(), Some(first.clone()));
    assert_eq!(find(key("k", 7), nonce("b"), 1, 999).unwrap(), Some(first));
    assert!(matches!(find(key("k", 7), nonce("a"), 1, 0), Err(AppendError::NonceUsed)));
    assert!(matches!(find(key("k", 8), None, 1, 0), Err(AppendError::KeyReused)));
    assert_eq!(find(key("k", 8), None, 1, 1000).unwrap(), None);
    assert_eq!(find(key("k", 7), None, 2, 0).unwrap(), None);
    assert_eq!(find(key("other", 7), None, 1, 0).unwrap(), None);
}

fn a_unit_that_could_not_be_stored_leaves_its_key_free(db: &TestDatabase) {
    let id = store(db, db.unit(1, &[2], "there")).unwrap().0[0].id;
    let mut broken = keyed(db, &[2], key("k", 7));
    broken.messages[0].id = id;
    let answers = db.database.append(vec![broken, keyed(db, &[2], key("other", 7))]);
    assert!(matches!(answers[..], [Err(AppendError::Store(_)), Ok(_)]));
    assert_eq!(keys(db), 1);
    assert!(!store(db, keyed(db, &[2], key("k", 8))).unwrap().1);
}

fn what_a_message_holds_is_read_as_it_was_stored(db: &TestDatabase) {
    let body = |id| db.wait(StoredBodies::find(&db.database, id)).unwrap();
    let text = db.store(db.unit(1, &[2], " as it is "))[0].id;
    assert_eq!(body(text), Some((Body::Text(" as it is ".into()), None)));
    db.execute(
        "INSERT INTO files (id, fid, name, extension, path, is_enable, deleted_at) \
         VALUES (5, 'kQ3vX8pZ', 'a.png', 'png', 'a.png', 0, 1)",
    );
    let mut unit = db.unit(1, &[2], "");
    unit.envelope.body = Body::File { file: FileId(5), kind: FileKind::Image };
    let (kept, file) = body(db.store(unit)[0].id).unwrap();
    assert_eq!(kept, Body::File { file: FileId(5), kind: FileKind::Image });
    assert_eq!(file.unwrap().fid, "kQ3vX8pZ");
    assert_eq!(body(MessageId(404)), None);
}

fn many_nonces_and_uploads_are_used_once_in_one_batch(db: &TestDatabase) {
    let uploads = add_uploads(db, 85);
    let units: Vec<SendUnit> = uploads
        .iter()
        .enumerate()
        .map(|(number, upload)| SendUnit {
            upload: Some(*upload),
            nonce: nonce(&number.to_string()),
            idempotency: Some(key(&number.to_string(), 7)),
            ..db.unit(1, &[2], "file")
        })
        .collect();
    let ids: Vec<i64> = units.iter().map(|unit| unit.messages[0].id.0).collect();
    assert!(db.database.append(units.clone()).iter().all(Result::is_ok));
    let bound = db.lines("SELECT CONCAT(table_id, '') AS line FROM file_usages ORDER BY id");
    assert_eq!(bound, ids.iter().map(i64::to_string).collect::<Vec<_>>());
    let lonely = "SELECT COUNT(*) AS number FROM file_usages u WHERE table_key <> \
        CONCAT('Conversation-', (SELECT id FROM conversations))";
    assert_eq!(db.number(lonely), 0);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM used_nonces"), 85);
    let again = db.database.append(units);
    assert!(again.iter().all(|answer| matches!(answer, Err(AppendError::NonceUsed))));
    assert_eq!(messages(db), 85);
}

fn a_batch_takes_few_statements_whatever_its_units_bring(db: &TestDatabase) {
    // With one writing connection, it is the one that is counted.
    let options = DatabaseOptions { writers: 1, ..DatabaseOptions::new(db.url.clone()) };
    let database = Database::open(options).unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    database.writer().unwrap().set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    let uploads = add_uploads(db, 128);
    let bring = |number: usize| SendUnit {
        upload: Some(uploads[number]),
        nonce: nonce(&number.to_string()),
        idempotency: Some(key(&number.to_string(), 7)),
        ..db.unit(1, &[2], "file")
    };
    let units: Vec<SendUnit> = (0..128).map(bring).collect();
    assert!(database.append(units).iter().all(Result::is_ok));
    // Begin and commit; two chunks each of keys, nonces, uploads (looked up at once) and messages, read and written; one
    // conversation.
    let statements = count.swap(0, Ordering::Relaxed);
    assert!((10..=20).contains(&statements), "{statements}");
    let repeats = (0..128).map(|number| SendUnit { nonce: None, ..bring(number) }).collect();
    assert!(database.append(repeats).iter().all(|answer| answer.as_ref().unwrap().replayed));
    let statements = count.swap(0, Ordering::Relaxed);
    assert!((3..=6).contains(&statements), "{statements}");
}

/// Keys are stored as hashes, for they may be of any length and hold what is nobody's business.
#[test]
fn a_key_is_not_stored_in_clear() {
    crate::tests::harness::on_sqlite(|db| {
        store(db, keyed(db, &[2], key("order 4711", 7))).unwrap();
        let hash = db.lines("SELECT LOWER(HEX(key_hash)) AS line FROM idempotency_keys").remove(0);
        let expected: String = hash_token("order 4711").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hash, expected);
        assert_eq!(db.number("SELECT expires_at AS number FROM idempotency_keys"), Millis(NOW.0 + 1000).0);
    });
}
