//! A store that is in order has no findings, and each rule finds what breaks it.

use sixin_application::operations::ports::StoreCheck;

use crate::tests::conversations::views::text;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(each_rule_finds_what_breaks_it, what_is_swept_is_old);

fn rules(db: &TestDatabase) -> Vec<&'static str> {
    db.database.check().unwrap().findings.into_iter().map(|finding| finding.rule).collect()
}

fn each_rule_finds_what_breaks_it(db: &TestDatabase) {
    assert_eq!(rules(db), Vec::<&str>::new(), "an empty store is in order");
    for at in 0..5 {
        text(db, 1, 2, at);
        text(db, 3, 1, at);
    }
    assert_eq!(rules(db), Vec::<&str>::new());
    let report = db.database.check().unwrap();
    assert_eq!((report.conversations, report.messages, report.head), (2, 10, 10));
    let broken = |change: &str, back: &str| {
        db.execute(change);
        let found = rules(db);
        db.execute(back);
        assert_eq!(rules(db), Vec::<&str>::new(), "{change} was not taken back");
        found
    };
    let messages = |set: &str, at: &str| format!("UPDATE conversation_messages SET {set} WHERE {at}");
    let conversations = |set: &str| format!("UPDATE conversations SET {set}");
    let second = "seq = 2 AND send_user_id = 1";
    for (change, back, rule) in [
        (
            messages("seq = 99", second),
            messages("seq = 2", "seq = 99"),
            "the seq of messages is dense in every conversation",
        ),
        (
            conversations("last_seq = last_seq + 1"),
            conversations("last_seq = last_seq - 1"),
            "a conversation knows its last seq and when its last message was sent",
        ),
        (
            messages("receive_user_id = 9", second),
            messages("receive_user_id = 2", "receive_user_id = 9"),
            "a message is between the two users of a conversation",
        ),
        (
            messages("created_at = created_at + 100", second),
            messages("created_at = created_at - 100", second),
            "sent times and positions increase strictly in every conversation",
        ),
        (
            messages("pos = pos - 2", "seq = 3 AND send_user_id = 1"),
            messages("pos = pos + 2", "seq = 3 AND send_user_id = 1"),
            "a position is taken once",
        ),
        (
            "UPDATE log_heads SET pos = 3".to_owned(),
            "UPDATE log_heads SET pos = 10".to_owned(),
            "no position is beyond the head of the log",
        ),
        (
            conversations("latest_message_id = latest_message_id + 7777"),
            conversations("latest_message_id = latest_message_id - 7777"),
            "a conversation's own preview is one of its messages",
        ),
        (
            conversations("b_unread = b_unread + 1"),
            conversations("b_unread = b_unread - 1"),
            "a view counts the messages that show in it, and those that are unread",
        ),
        (
            conversations("a_status = 3 - a_status"),
            conversations("a_status = 3 - a_status"),
            "the status of a view says whether anything is unread",
        ),
        (
            conversations("a_latest_message_id = a_latest_message_id + 7777"),
            conversations("a_latest_message_id = a_latest_message_id - 7777"),
            "the preview of a view is a message that shows in it",
        ),
        (
            conversations("a_latest_hour = a_latest_hour + 1"),
            conversations("a_latest_hour = a_latest_hour - 1"),
            "the hour of a view is that of its time",
        ),
    ] {
        let found = broken(&change, &back);
        assert!(found.contains(&rule), "{change} broke {found:?}");
    }
}

fn what_is_swept_is_old(db: &TestDatabase) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let row = |days: i64| {
        let pos = NOW.plus(-days * DAY).0 * 1000;
        db.execute(&format!("INSERT INTO log_changes (pos, kind, user_id) VALUES ({pos}, 14, 1)"));
    };
    for days in [29, 31, 40] {
        row(days);
    }
    assert!(!db.wait(db.database.sweep(NOW)).unwrap(), "there is no more");
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM log_changes"), 1);
}
