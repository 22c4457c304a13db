//! Settings, block words, files and what is swept away.

use sixin_application::files::ports::Files;
use sixin_application::operations::ports::{SettingAdmin, StoreHealth};
use sixin_application::sending::ports::{MessageStore, NonceUse, SendUnit};
use sixin_application::site::ports::{BlockWordAdmin, BlockWordRow};
use sixin_application::site::ports::{BlockWordList, BlockWordSource, SettingSource, WordScope};
use sixin_domain::file::FileKind;
use sixin_domain::id::{AppKeyId, ID_EPOCH, MessageId, UserId};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::settings::{accepted_key, check};

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;

on_every_database!(
    a_setting_is_stored_and_stored_again,
    the_filter_is_that_of_the_words_in_force,
    words_are_listed_in_pages_and_by_what_they_are_blocked_in,
    a_file_is_found_with_its_waiting_uploads,
    old_transient_messages_and_nonces_are_swept_in_steps,
    failures_to_sign_in_are_kept_for_an_hour_and_swept_in_steps,
    an_open_database_is_healthy,
);

fn a_setting_is_stored_and_stored_again(db: &TestDatabase) {
    let value = |key: &str| db.wait(db.database.settings()).unwrap().text(key).to_owned();
    assert_eq!((value("conversation_status"), value("default_role")), ("true".into(), "4".into()));
    let set = |key, value| {
        db.wait(SettingAdmin::set(&db.database, check(key, value).unwrap(), value, NOW)).unwrap();
    };
    for mode in ["private", "private", "public"] {
        set("site_mode", mode);
        assert_eq!(value("site_mode"), mode);
    }
    set("default_role", "");
    assert_eq!(value("default_role"), "");
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM configs WHERE item_key = 'site_mode'"), 1);
    let reset = |key| db.wait(SettingAdmin::reset(&db.database, accepted_key(key).unwrap())).unwrap();
    assert!(reset("default_role") && !reset("default_role"));
    assert_eq!(value("default_role"), "4");
}

fn word(word: &str, mode: i64, with: Option<&str>) -> BlockWordRow {
    BlockWordRow {
        word: word.into(),
        conversation_mode: mode,
        replace_word: with.map(str::to_owned),
        is_whole: false,
    }
}

fn the_filter_is_that_of_the_words_in_force(db: &TestDatabase) {
    let apply = |text: &str| {
        let filter = db.wait(db.database.filter()).unwrap();
        filter.apply(text).map(std::borrow::Cow::into_owned)
    };
    assert_eq!(apply("Darn"), Ok("Darn".into()));
    let put = |rows: &[BlockWordRow]| db.wait(BlockWordAdmin::put(&db.database, rows, NOW)).unwrap();
    assert_eq!(put(&[word("darn", 2, Some("*")), word("Darn", 1, None), word("heck", 3, None)]), 3);
    assert_eq!(apply("Darn"), Ok("*".into()));
    assert_eq!(apply("heck"), Err(Refusal::ForbiddenWord));
    put(&[word("heck", 1, None), BlockWordRow { is_whole: true, ..word("ass", 3, None) }]);
    assert_eq!(apply("class"), Ok("class".into()));
    assert_eq!(apply("ass"), Err(Refusal::ForbiddenWord));
    assert!(db.wait(BlockWordAdmin::remove(&db.database, "ass")).unwrap());
    assert_eq!(apply("heck"), Ok("heck".into()));
    assert!(db.wait(BlockWordAdmin::remove(&db.database, "darn")).unwrap());
    assert!(!db.wait(BlockWordAdmin::remove(&db.database, "darn")).unwrap());
    assert_eq!(apply("darn"), Ok("darn".into()));
    assert_eq!(
        db.wait(BlockWordAdmin::list(&db.database)).unwrap(),
        [word("Darn", 1, None), word("heck", 1, None)]
    );
}

fn words_are_listed_in_pages_and_by_what_they_are_blocked_in(db: &TestDatabase) {
    for (word, modes) in [("c", "4, 1, 1"), ("b", "1, 2, 1"), ("a", "1, 1, 3"), ("all", "2, 2, 2")] {
        db.execute(&format!(
            "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, replace_word, created_at) \
             VALUES ('{word}', {modes}, '*', 0)"
        ));
    }
    db.execute(
        "INSERT INTO block_words (word, content_mode, user_mode, conversation_mode, created_at, deleted_at) \
         VALUES ('gone', 2, 2, 2, 0, 1)",
    );
    let page = |scope, offset, limit| {
        let page = db.wait(db.database.page(scope, offset, limit)).unwrap();
        (page.words.iter().map(|word| word.word.clone()).collect::<Vec<_>>().join(" "), page.total)
    };
    assert_eq!(page(None, 0, 50), ("c b a all".into(), 4));
    assert_eq!(page(Some(WordScope::Content), 0, 50), ("c all".into(), 2));
    assert_eq!(page(Some(WordScope::User), 0, 50), ("b all".into(), 2));
    assert_eq!(page(Some(WordScope::Conversation), 0, 50), ("a all".into(), 2));
    assert_eq!(page(None, 1, 2), ("b a".into(), 4));
    assert_eq!(page(None, i64::MAX, 2), (String::new(), 4));
    let first = db.wait(db.database.page(None, 0, 1)).unwrap().words.remove(0);
    assert_eq!((first.content_mode, first.user_mode, first.conversation_mode), (4, 1, 1));
    assert_eq!(first.replace_word.as_deref(), Some("*"));
    let read = run_by(db, || drop(page(None, 0, 100)));
    assert_eq!((read.reads, read.writes), (2, 0));
}

fn a_file_is_found_with_its_waiting_uploads(db: &TestDatabase) {
    db.execute(
        "INSERT INTO files (fid, type, name, extension, path, size) VALUES ('AbCdEf12', 4, 'a.pdf', 'pdf', 'x/a.pdf', 10)",
    );
    let usage = |column: &str, key: &str, table_id: &str| {
        db.execute(&format!(
            "INSERT INTO file_usages (file_id, usage_type, platform_id, table_name, table_column, table_id, table_key, user_id) \
             SELECT id, 6, 5, 'conversation_messages', '{column}', {table_id}, '{key}', 7 FROM files"
        ));
    };
    usage("message_file_id", "bob", "NULL");
    usage("message_file_id", "cid", "12");
    usage("other", "dan", "NULL");
    let (file, uploads) = db.wait(Files::find(&db.database, "AbCdEf12")).unwrap().unwrap();
    assert_eq!((file.kind, file.size, file.is_enabled), (FileKind::Document, Some(10), true));
    assert_eq!(
        uploads.iter().map(|u| (u.addressee.as_str(), u.uploader)).collect::<Vec<_>>(),
        [("bob", UserId(7))]
    );
    assert!(db.wait(Files::find(&db.database, "abcdef12")).unwrap().is_none());
    db.execute("UPDATE files SET deleted_at = 1");
    assert!(db.wait(Files::find(&db.database, "AbCdEf12")).unwrap().is_none());
}

fn old_transient_messages_and_nonces_are_swept_in_steps(db: &TestDatabase) {
    let id_at = |ms: i64| NOW.plus(ms).since(ID_EPOCH) << 12;
    let week = 7 * 24 * 60 * 60 * 1000;
    let transient = |id: i64, recipients: &[i64]| {
        let mut unit = db.unit(1, recipients, &"x".repeat(2000));
        unit.envelope.effects.is_persisted = false;
        for (message, id) in unit.messages.iter_mut().zip(id..) {
            message.id = MessageId(id);
        }
        unit
    };
    let many: Vec<i64> = (2..702).collect();
    let nonce = |age: i64| SendUnit {
        nonce: Some(NonceUse { app_key: AppKeyId(1), nonce: age.to_string(), signed_at: NOW.plus(-age) }),
        ..db.unit(1, &[2], "kept")
    };
    let units = vec![
        transient(id_at(-week - 2), &many),
        transient(id_at(-week + 2), &[2, 3]),
        // The stamps of later clients may be ten minutes off either way.
        nonce(700_000),
        nonce(1_300_000),
    ];
    assert!(db.database.append(units).iter().all(Result::is_ok));
    assert!(db.wait(db.database.sweep(NOW)).unwrap());
    assert!(!db.wait(db.database.sweep(NOW)).unwrap());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM transient_messages"), 2);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_contents"), 1);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM used_nonces"), 1);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 2);
}

fn failures_to_sign_in_are_kept_for_an_hour_and_swept_in_steps(db: &TestDatabase) {
    let hour = 60 * 60 * 1000;
    let fail = |at: i64, count: usize| {
        let rows = vec![format!("('k', {at})"); count].join(",");
        db.execute(&format!("INSERT INTO login_failures (key_hash, failed_at) VALUES {rows}"));
    };
    fail(NOW.0 - hour, 501);
    fail(NOW.0 - hour + 1, 2);
    assert!(db.wait(db.database.sweep(NOW)).unwrap());
    assert!(!db.wait(db.database.sweep(NOW)).unwrap());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM login_failures"), 2);
}

fn an_open_database_is_healthy(db: &TestDatabase) {
    assert!(db.wait(db.database.is_ready()).unwrap());
    assert_eq!(db.database.weakness(), None);
}
