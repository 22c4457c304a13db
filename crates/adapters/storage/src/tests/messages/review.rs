//! Messages as operators read them.

use sixin_application::administration::ports::MessageReview;
use sixin_application::conversations::ports::ConversationChanges;
use sixin_application::messages::ports::MessageChanges;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::body::Body;

use crate::tests::conversations::changes::conversation;
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    what_was_recalled_deleted_and_edited_is_read_with_what_it_said,
    everybodys_messages_are_read_by_id_the_latest_first,
);

fn what_was_recalled_deleted_and_edited_is_read_with_what_it_said(db: &TestDatabase) {
    let (id, ids) = conversation(db, 3);
    for text in ["second", "third"] {
        db.wait(db.database.rewrite(ids[0], &Body::Text(text.into()), NOW)).unwrap();
    }
    db.wait(db.database.delete_messages(UserId(5), &[ids[1]], NOW)).unwrap();
    db.wait(db.database.recall(ids[2], RECALL, NOW)).unwrap();
    let page = |before, limit| db.wait(db.database.page(ConversationId(id), before, limit)).unwrap();
    let all = page(i64::MAX, 10);
    assert_eq!(all.iter().map(|one| one.message.id).collect::<Vec<_>>(), [ids[2], ids[1], ids[0]]);
    let [recalled, deleted, edited] = &all[..] else { panic!("{all:?}") };
    assert_eq!((recalled.recalled_at, recalled.visibility.is_enabled), (Some(NOW), false));
    assert_eq!(recalled.message.body, Body::Text("hi".into()), "what it said is still there");
    assert!(deleted.visibility.is_deleted_by_recipient && !deleted.visibility.is_deleted_by_sender);
    assert_eq!(edited.message.body, Body::Text("third".into()));
    let said: Vec<_> = edited.revisions.iter().map(|one| (one.text.as_deref(), one.replaced_at)).collect();
    assert_eq!(said, [(Some("hi"), NOW), (Some("second"), NOW)]);
    assert_eq!((edited.message.sender, edited.recipient), (UserId(1), UserId(5)));
    let seqs = |before, limit| page(before, limit).iter().map(|one| one.message.seq).collect::<Vec<_>>();
    assert_eq!((seqs(3, 1), seqs(1, 10)), (vec![2], vec![]));
}

fn everybodys_messages_are_read_by_id_the_latest_first(db: &TestDatabase) {
    let (_, ids) = conversation(db, 3);
    let scan = |from: i64, before: i64, limit| {
        let found = db.wait(db.database.scan(MessageId(from), MessageId(before), limit)).unwrap();
        found.into_iter().map(|one| one.message.id).collect::<Vec<_>>()
    };
    assert_eq!(scan(0, i64::MAX, 10), [ids[2], ids[1], ids[0]]);
    assert_eq!(scan(0, i64::MAX, 1), [ids[2]]);
    assert_eq!(scan(ids[1].0, ids[2].0, 10), [ids[1]]);
}
