//! Content that several messages have in common is stored once.

use sixin_application::conversations::ports::{ConversationViews, Conversations};
use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::UserId;
use sixin_domain::message::Saying;
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;

use crate::tests::conversations::views::all_of;
use crate::tests::harness::{TestDatabase, seq};
use crate::tests::on_every_database;

on_every_database!(
    large_content_for_many_recipients_is_stored_once,
    small_content_and_content_for_one_recipient_stay_with_the_message,
    content_is_kept_byte_for_byte,
    the_last_messages_of_a_pair_are_read_in_order,
    each_recipient_reads_what_it_was_told_and_sees_it_as_the_latest,
    only_what_several_are_told_is_shared,
    messages_of_their_own_that_are_not_kept_wait_with_their_contents,
);

pub(crate) fn typed(db: &TestDatabase, recipients: &[i64], content: String) -> SendUnit {
    let mut unit = db.unit(1, recipients, "");
    let object_name = ObjectName::new("My:Type").unwrap();
    unit.envelope.body = Body::Typed { object_name, content, text: None };
    unit
}

fn large_content_for_many_recipients_is_stored_once(db: &TestDatabase) {
    let content = "x".repeat(128 * 1024);
    let recipients: Vec<i64> = (2..1002).collect();
    let unit = typed(db, &recipients, content);
    let first = unit.messages[0].id;
    let placed = db.store(unit);
    assert_eq!(placed.len(), 1000);
    assert!(placed.iter().all(|placed| seq(placed) == 1));
    assert_eq!(placed.iter().map(|placed| placed.recipient.0).collect::<Vec<_>>(), recipients);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_contents"), 1);
    let referring = "SELECT COUNT(*) AS number FROM conversation_messages m JOIN message_contents c ON c.id = m.content_id \
        WHERE m.content IS NULL AND LENGTH(c.content) = 131072";
    assert_eq!(db.number(referring), 1000);
    assert_eq!(db.number("SELECT MIN(content_id) AS number FROM conversation_messages"), first.0);
}

fn small_content_and_content_for_one_recipient_stay_with_the_message(db: &TestDatabase) {
    db.store(typed(db, &[2, 3], "x".repeat(1024)));
    db.store(typed(db, &[2], "x".repeat(128 * 1024)));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_contents"), 0);
    assert_eq!(
        db.number("SELECT COUNT(*) AS number FROM conversation_messages WHERE content IS NOT NULL"),
        3
    );
}

fn content_is_kept_byte_for_byte(db: &TestDatabase) {
    let content = "{ \"content\" :\t\"\\u4f60 🙂 \\/ é\", \"big\": 12345678901234567890 }  ";
    db.store(typed(db, &[2], content.to_owned()));
    assert_eq!(db.lines("SELECT content AS line FROM conversation_messages"), [content]);
    let text = "  outer space and 🙂  ";
    db.store(db.unit(1, &[2], text));
    assert_eq!(db.lines("SELECT message_text AS line FROM conversation_messages WHERE seq = 2"), [text]);
    let longest = "语".repeat(21_845);
    db.store(db.unit(1, &[2], &longest));
    assert_eq!(db.lines("SELECT message_text AS line FROM conversation_messages WHERE seq = 3"), [longest]);
    assert_eq!(db.lines("SELECT latest_message_brief AS line FROM conversations"), ["语".repeat(255)]);
}

fn the_last_messages_of_a_pair_are_read_in_order(db: &TestDatabase) {
    let last = |a, b, limit| {
        let pair = Pair::of(UserId(a), UserId(b)).unwrap();
        let messages = db.wait(db.database.last(pair, limit)).unwrap();
        messages.into_iter().map(|message| (message.seq, message.text.unwrap().len())).collect::<Vec<_>>()
    };
    assert_eq!(last(1, 2, 5), []);
    db.store(db.unit(1, &[2], "one"));
    db.store(db.unit(2, &[1, 3], &"x".repeat(3000)));
    db.store(db.unit(1, &[2], "three"));
    assert_eq!(last(2, 1, 5), [(1, 3), (2, 3000), (3, 5)]);
    assert_eq!(last(2, 1, 2), [(2, 3000), (3, 5)]);
}

/// Options by which a message is told from others.
fn pushing(data: &str) -> DeliveryOptions {
    DeliveryOptions { push_data: Some(data.to_owned()), ..DeliveryOptions::default() }
}

/// A typed message whose recipients of odd numbers are told something of their own.
pub(crate) fn with_own(db: &TestDatabase, recipients: &[i64], content: &str) -> SendUnit {
    let mut unit = typed(db, recipients, content.to_owned());
    unit.envelope.delivery = Some(pushing("common"));
    for message in unit.messages.iter_mut().filter(|message| message.recipient.0 % 2 == 1) {
        let text = format!("for {}", message.recipient);
        let object_name = ObjectName::text();
        let body = Body::Typed { object_name, content: format!("{content}{text}"), text: Some(text.clone()) };
        message.own = Some(Box::new(Saying { body, delivery: Some(pushing(&text)) }));
    }
    unit
}

/// What a user reads in its only conversation: content, text, delivery; and its latest brief.
fn read(db: &TestDatabase, user: i64) -> (String, Option<String>, String, String) {
    let pair = Pair::of(UserId(1), UserId(user)).unwrap();
    let conversation = db.wait(db.database.of_pair(pair)).unwrap().unwrap();
    let message = crate::tests::conversations::views::messages(db, all_of(user, conversation.id.0)).remove(0);
    let Body::Typed { content, text, .. } = message.body else { panic!("{:?}", message.body) };
    let brief = conversation.seen_by(UserId(user)).unwrap().own.latest.as_ref().unwrap().brief.clone();
    (content, text, message.delivery.and_then(|options| options.push_data).unwrap(), brief)
}

fn each_recipient_reads_what_it_was_told_and_sees_it_as_the_latest(db: &TestDatabase) {
    for content in ["short", &"long ".repeat(1000)] {
        db.store(with_own(db, &[2, 3, 4, 5], content));
        for user in [2, 4] {
            let common = (content.to_owned(), None, "common".to_owned(), "[My:Type]".to_owned());
            assert_eq!(read(db, user), common);
        }
        for user in [3, 5] {
            let text = format!("for {user}");
            assert_eq!(
                read(db, user),
                (format!("{content}{text}"), Some(text.clone()), text.clone(), text.clone())
            );
        }
    }
}

fn only_what_several_are_told_is_shared(db: &TestDatabase) {
    let long = "x".repeat(2000);
    db.store(with_own(db, &[2, 3, 5], &long));
    db.store(with_own(db, &[3, 5], &long));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_contents"), 0);
    let unit = with_own(db, &[3, 2, 5, 4], &long);
    let second = unit.messages[1].id;
    db.store(unit);
    assert_eq!(db.number("SELECT MIN(id) AS number FROM message_contents"), second.0);
    let sharing = "SELECT COUNT(*) AS number FROM conversation_messages m JOIN message_contents c ON c.id = m.content_id \
        WHERE m.content IS NULL AND m.receive_user_id IN (2, 4)";
    assert_eq!(db.number(sharing), 2);
    let own = "SELECT COUNT(*) AS number FROM conversation_messages WHERE content_id IS NULL AND content IS NOT NULL";
    assert_eq!(db.number(own), 3 + 2 + 2);
}

fn messages_of_their_own_that_are_not_kept_wait_with_their_contents(db: &TestDatabase) {
    let mut unit = with_own(db, &[2, 3], "x");
    unit.envelope.effects.is_persisted = false;
    db.store(unit);
    let waiting = "SELECT CONCAT(receive_user_id, ' ', content, ' ', delivery) AS line FROM transient_messages ORDER BY id";
    assert_eq!(db.lines(waiting), [r#"2 x {"pushData":"common"}"#, r#"3 xfor 3 {"pushData":"for 3"}"#]);
}
