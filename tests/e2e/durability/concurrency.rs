//! Many at once.

use std::collections::BTreeSet;

use crate::on_every_database;
use crate::site::Site;

on_every_database!(a_hundred_parallel_first_messages_make_one_conversation);

fn a_hundred_parallel_first_messages_make_one_conversation(site: &Site) {
    std::thread::scope(|scope| {
        for number in 0..100 {
            scope.spawn(move || {
                let text = format!("message {number}");
                match number % 4 {
                    0 => site.send_text(&site.alice, "bob", &text).is(200, 0).code(),
                    1 => site.send_text(&site.bob, "alice", &text).is(200, 0).code(),
                    2 => site.publish_text("alice", "bob", &text).is(200, 200).code(),
                    _ => site.publish_text("bob", "alice", &text).is(200, 200).code(),
                }
            });
        }
    });
    let number = |sql: &str| site.database.number(sql);
    assert_eq!(number("SELECT COUNT(*) AS number FROM conversations"), 1);
    assert_eq!(number("SELECT last_seq AS number FROM conversations"), 100);
    assert_eq!(
        number("SELECT COUNT(*) AS number FROM conversation_messages WHERE receive_user_id = send_user_id"),
        0
    );
    let seqs = site.database.lines("SELECT CONCAT(seq, '') AS line FROM conversation_messages");
    let seqs: BTreeSet<i64> = seqs.iter().map(|seq| seq.parse().unwrap()).collect();
    assert_eq!(seqs, (1..=100).collect());
    assert_eq!(number("SELECT COUNT(DISTINCT created_at) AS number FROM conversation_messages"), 100);
    assert_eq!(number("SELECT a_unread AS number FROM conversations"), 50);
    assert_eq!(number("SELECT b_unread AS number FROM conversations"), 50);
    // Those a back end published are not in their sender's view.
    assert_eq!(number("SELECT a_message_count + b_message_count AS number FROM conversations"), 150);
}
