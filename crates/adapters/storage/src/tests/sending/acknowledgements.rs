//! Whether answers are true: a batch of units of every kind, and what is to be found in the store afterwards.

use std::collections::HashMap;

use sixin_application::sending::ports::{AppendError, MessageStore, SendUnit, Stored};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::time::Millis;

use crate::tests::harness::TestDatabase;
use crate::tests::sending::send_once::{add_uploads, key, nonce};

pub(crate) type Answer = Result<Stored, AppendError>;

/// Units of every kind: with and without key, nonce and upload, for one and for several, small, shared and passing.
pub(crate) fn batch(db: &TestDatabase, name: &str) -> Vec<SendUnit> {
    let keyed = |number: u8, recipients: &[i64]| SendUnit {
        idempotency: Some(key(&format!("{name} {number}"), number)),
        ..db.unit(1, recipients, "hi")
    };
    let large = Body::Typed {
        object_name: ObjectName::new("My:Type").unwrap(),
        content: "x".repeat(3000),
        text: None,
    };
    let mut units = vec![
        keyed(0, &[2]),
        db.unit(1, &[2, 3], "hi"),
        keyed(2, &[4, 3, 2]),
        SendUnit { nonce: nonce(name), ..db.unit(2, &[1], "hi") },
        SendUnit { upload: add_uploads(db, 1).pop(), ..db.unit(1, &[2], "file") },
        keyed(5, &[3]),
    ];
    units[1].envelope.body = large.clone();
    units[2].envelope.body = large;
    units[5].envelope.effects.is_persisted = false;
    units
}

/// Every message in the store, asked through connections of their own.
pub(crate) fn stored(fresh: &TestDatabase) -> HashMap<MessageId, Placed> {
    let kept = "SELECT CONCAT_WS(' ', id, receive_user_id, created_at, conversation_id, seq) AS line FROM conversation_messages \
        UNION ALL SELECT CONCAT_WS(' ', id, receive_user_id, created_at) FROM transient_messages";
    let placed = |line: &String| {
        let numbers: Vec<i64> = line.split(' ').map(|number| number.parse().unwrap()).collect();
        Placed {
            id: MessageId(numbers[0]),
            recipient: UserId(numbers[1]),
            sent_at: Millis(numbers[2]),
            place: numbers.get(3).map(|conversation| (ConversationId(*conversation), numbers[4])),
        }
    };
    fresh.lines(kept).iter().map(placed).map(|placed| (placed.id, placed)).collect()
}

/// Conversations without holes, counters that fit, no content without message: nothing is stored by halves.
fn the_store_is_whole(fresh: &TestDatabase) {
    let counted = |condition: &str| {
        format!(
            "(SELECT COUNT(*) FROM conversation_messages m WHERE m.conversation_id = c.id AND {condition})"
        )
    };
    let bent = format!(
        "SELECT COUNT(*) AS number FROM conversations c WHERE last_seq <> {all} OR a_message_count <> last_seq \
         OR b_message_count <> last_seq OR a_unread <> {to_a} OR b_unread <> {to_b}",
        all = counted("m.seq BETWEEN 1 AND c.last_seq"),
        to_a = counted("m.receive_user_id = c.a_user_id"),
        to_b = counted("m.receive_user_id = c.b_user_id"),
    );
    assert_eq!(fresh.number(&bent), 0);
    let contents = "SELECT COUNT(*) - (SELECT COUNT(DISTINCT content_id) FROM conversation_messages) AS number \
        FROM message_contents";
    assert_eq!(fresh.number(contents), 0);
}

/// Each answer is true: what is acknowledged is there and nothing else is.
pub(crate) fn answers_are_true(fresh: &TestDatabase, units: &[SendUnit], answers: &[Answer], case: &str) {
    assert_eq!(units.len(), answers.len(), "{case}");
    let stored = stored(fresh);
    for (unit, answer) in units.iter().zip(answers) {
        let there: Vec<Placed> =
            unit.messages.iter().filter_map(|message| stored.get(&message.id).copied()).collect();
        match answer {
            Ok(answer) => {
                assert_eq!((answer.replayed, &answer.placed), (false, &there), "{case}");
                assert_eq!(there.len(), unit.messages.len(), "{case}");
            }
            // Whole or not at all, but nobody knows.
            Err(AppendError::Unknown) => {
                assert!(there.is_empty() || there.len() == unit.messages.len(), "{case}");
            }
            Err(_) => assert_eq!(there, [], "{case}"),
        }
    }
    the_store_is_whole(fresh);
}

/// A caller sends again what carries a key: it gets the first answer, or has it stored now; once in any case. And
/// whoever comes next is served.
pub(crate) fn repeats_are_stored_once(
    db: &TestDatabase,
    fresh: &TestDatabase,
    units: &[SendUnit],
    case: &str,
) {
    let before = stored(fresh);
    let keyed: Vec<&SendUnit> = units.iter().filter(|unit| unit.idempotency.is_some()).collect();
    let repeat = |unit: &&SendUnit| {
        let recipients: Vec<i64> = unit.messages.iter().map(|message| message.recipient.0).collect();
        SendUnit { messages: db.unit(1, &recipients, "").messages, ..(*unit).clone() }
    };
    let repeats: Vec<SendUnit> = keyed.iter().map(repeat).collect();
    let ids: Vec<MessageId> = repeats.iter().map(|unit| unit.messages[0].id).collect();
    for ((unit, id), answer) in keyed.iter().zip(ids).zip(db.database.append(repeats)) {
        let (answer, first) = (answer.unwrap(), unit.messages[0].id);
        let was_there = before.contains_key(&first);
        assert_eq!(answer.replayed, was_there, "{case}");
        assert_eq!(answer.placed[0].id, if was_there { first } else { id }, "{case}");
    }
    assert!(!db.store(db.unit(1, &[2], "next")).is_empty());
    the_store_is_whole(fresh);
}
