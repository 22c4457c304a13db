//! Messages that back ends recall or change.

use sixin_application::access::ports::NonceUses;
use sixin_application::conversations::ports::{ConversationViews, MessageQuery};
use sixin_application::messages::ports::MessageChanges;
use sixin_application::sending::ports::{NonceUse, SendUnit};
use sixin_domain::id::{AppKeyId, ConversationId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::recall::Recall;

use crate::tests::conversations::changes::{conversation, counts, delete, latest, mark};
use crate::tests::conversations::views::{all_of, find, messages, seat, text};
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::sending::shared_content::typed;

on_every_database!(
    a_recalled_message_is_gone_from_both_views_and_kept_for_audit,
    recalling_takes_off_only_what_a_view_counted,
    a_recall_leaves_a_notice_where_its_message_showed_and_one_was_wanted,
    the_conversations_own_latest_message_follows_a_recall,
    recalls_marks_and_sends_at_the_same_time_leave_counters_exact,
    a_changed_message_reads_anew_in_both_views_and_what_it_said_is_kept,
    what_other_recipients_share_stays_when_one_message_changes,
    a_recalled_message_no_longer_changes,
    a_message_nobody_stored_is_not_found_and_changing_it_changes_nothing,
    a_nonce_is_used_up_once_by_requests_without_messages,
);

fn recall(db: &TestDatabase, id: MessageId) {
    db.wait(db.database.recall(id, RECALL, NOW)).unwrap();
}

fn rewrite(db: &TestDatabase, id: MessageId, text: &str) {
    db.wait(db.database.rewrite(id, &Body::Text(text.into()), NOW)).unwrap();
}

fn own_latest(db: &TestDatabase) -> String {
    db.lines("SELECT CONCAT(latest_message_id, ' ', latest_message_brief) AS line FROM conversations")
        .join("")
}

fn a_recalled_message_is_gone_from_both_views_and_kept_for_audit(db: &TestDatabase) {
    let (id, ids) = conversation(db, 3);
    for _ in 0..2 {
        recall(db, ids[2]);
        let found = find(db, id);
        assert_eq!((counts(&found.a), latest(&found.a)), ((0, 2), Some(ids[1])));
        assert_eq!((counts(&found.b), latest(&found.b)), ((2, 2), Some(ids[1])));
        for user in [1, 5] {
            let left: Vec<MessageId> =
                messages(db, all_of(user, id)).iter().map(|message| message.id).collect();
            assert_eq!(left, [ids[1], ids[0]]);
        }
    }
    let kept = db.wait(MessageChanges::find(&db.database, ids[2])).unwrap().unwrap();
    assert_eq!((kept.sender, kept.recipient, kept.is_recalled), (UserId(1), UserId(5), true));
    assert_eq!(kept.body, Body::Text("hi".into()));
    assert_eq!(
        db.number("SELECT recalled_at AS number FROM conversation_messages WHERE is_enable = 0"),
        NOW.0
    );
}

fn a_recall_leaves_a_notice_where_its_message_showed_and_one_was_wanted(db: &TestDatabase) {
    let (id, ids) = conversation(db, 6);
    let how = |by, is_admin, leaves_notice| Recall { by: UserId(by), is_admin, leaves_notice };
    let recalls = [how(1, false, true), how(1, false, false), how(5, true, true)];
    for (message, recall) in ids.iter().zip(recalls) {
        db.wait(db.database.recall(*message, recall, NOW)).unwrap();
    }
    let mut hidden = db.unit(1, &[5], "for one side");
    hidden.envelope.effects.sender_visible = false;
    recall(db, db.store(hidden)[0].id);
    // Recalled before anything was kept of how.
    recall(db, ids[3]);
    db.execute(&format!("UPDATE conversation_messages SET recall_marks = NULL WHERE id = {}", ids[3].0));
    let notices = |query| db.wait(ConversationViews::notices(&db.database, query)).unwrap();
    let seqs = |user| notices(all_of(user, id)).iter().map(|notice| notice.seq).collect::<Vec<_>>();
    assert_eq!((seqs(1), seqs(5)), (vec![3, 1], vec![7, 3, 1]));
    let found = notices(MessageQuery { after: 1, before: 7, ..all_of(1, id) });
    assert_eq!(found.len(), 1);
    let shown = (found[0].id, found[0].sender, found[0].recalled_at, found[0].recall);
    assert_eq!(shown, (ids[2], UserId(1), NOW, recalls[2]));
    // Who deletes a notice sees it no more, and no counter moves.
    let before = find(db, id);
    delete(db, 5, &[ids[0]]);
    assert_eq!((seqs(1), seqs(5)), (vec![3, 1], vec![7, 3]));
    assert_eq!(find(db, id), before);
}

fn recalling_takes_off_only_what_a_view_counted(db: &TestDatabase) {
    let (id, ids) = conversation(db, 5);
    mark(db, 5, &ids[..1]);
    delete(db, 5, &ids[1..2]);
    let mut hidden = db.unit(1, &[5], "for one side");
    hidden.envelope.effects.sender_visible = false;
    hidden.envelope.effects.is_counted = false;
    let hidden = db.store(hidden)[0].id;
    assert_eq!((counts(&find(db, id).a), counts(&find(db, id).b)), ((0, 5), (3, 5)));
    recall(db, ids[0]);
    assert_eq!((counts(&find(db, id).a), counts(&find(db, id).b)), ((0, 4), (3, 4)));
    recall(db, ids[1]);
    assert_eq!((counts(&find(db, id).a), counts(&find(db, id).b)), ((0, 3), (3, 4)));
    recall(db, hidden);
    assert_eq!((counts(&find(db, id).a), counts(&find(db, id).b)), ((0, 3), (3, 3)));
    db.wait(sixin_application::conversations::ports::ConversationChanges::mark_read(
        &db.database,
        seat(id, 5, 1),
        NOW,
    ))
    .unwrap();
    recall(db, ids[2]);
    assert_eq!((counts(&find(db, id).a), counts(&find(db, id).b)), ((0, 2), (0, 2)));
}

fn the_conversations_own_latest_message_follows_a_recall(db: &TestDatabase) {
    let (_, ids) = conversation(db, 2);
    recall(db, ids[0]);
    assert_eq!(own_latest(db), format!("{} hi", ids[1].0));
    text(db, 5, 1, 9);
    let newest = db.number("SELECT MAX(id) AS number FROM conversation_messages");
    recall(db, MessageId(newest));
    assert_eq!(own_latest(db), format!("{} hi", ids[1].0));
    recall(db, ids[1]);
    assert_eq!(db.number("SELECT COUNT(latest_message_id) AS number FROM conversations"), 0);
}

fn recalls_marks_and_sends_at_the_same_time_leave_counters_exact(db: &TestDatabase) {
    let (id, ids) = conversation(db, 30);
    std::thread::scope(|scope| {
        for part in ids[..20].chunks(5) {
            let recalling = db.another();
            scope.spawn(move || part.iter().for_each(|&id| recall(&recalling, id)));
            let marking = db.another();
            scope.spawn(move || part.iter().for_each(|&id| mark(&marking, 5, &[id])));
        }
        let db = db.another();
        scope.spawn(move || {
            for at in 0..10 {
                text(&db, 1, 5, 100 + at);
            }
        });
    });
    let found = find(db, id);
    assert_eq!((counts(&found.a), counts(&found.b)), ((0, 20), (20, 20)));
}

fn a_changed_message_reads_anew_in_both_views_and_what_it_said_is_kept(db: &TestDatabase) {
    let (id, ids) = conversation(db, 2);
    assert!(messages(db, all_of(1, id)).iter().all(|message| message.edited_at.is_none()));
    rewrite(db, ids[1], "better");
    rewrite(db, ids[0], "older");
    for user in [1, 5] {
        let found = messages(db, all_of(user, id));
        let bodies: Vec<&Body> = found.iter().map(|message| &message.body).collect();
        assert_eq!(bodies, [&Body::Text("better".into()), &Body::Text("older".into())]);
    }
    let found = find(db, id);
    for side in [&found.a, &found.b] {
        assert_eq!(side.latest.as_ref().unwrap().brief, "better");
    }
    assert_eq!(own_latest(db), format!("{} better", ids[1].0));
    assert_eq!((counts(&found.a), counts(&found.b)), ((0, 2), (2, 2)));
    db.wait(db.database.rewrite(ids[1], &Body::Text("best".into()), NOW.plus(7))).unwrap();
    for user in [1, 5] {
        let edited: Vec<_> = messages(db, all_of(user, id)).iter().map(|message| message.edited_at).collect();
        assert_eq!(edited, [Some(NOW.plus(7)), Some(NOW)]);
    }
    let said = "SELECT message_text AS line FROM message_revisions ORDER BY id";
    assert_eq!(db.lines(said), ["hi", "hi", "better"]);
}

fn what_other_recipients_share_stays_when_one_message_changes(db: &TestDatabase) {
    let long = format!("{{\"content\":\"{}\"}}", "x".repeat(2000));
    let mut unit = typed(db, &[5, 6], long.clone());
    let options = DeliveryOptions { expansion: Some(true), ..DeliveryOptions::default() };
    unit.envelope.delivery = Some(options.clone());
    let placed = db.store(unit);
    let object_name = ObjectName::new("My:Type").unwrap();
    let new = Body::Typed { object_name, content: "{\"content\":\"new\"}".into(), text: None };
    db.wait(db.database.rewrite(placed[0].id, &new, NOW)).unwrap();
    let of = |index: usize, user: i64| {
        let conversation = placed[index].place.unwrap().0.0;
        messages(db, all_of(user, conversation)).remove(0)
    };
    assert_eq!((of(0, 5).body, of(0, 5).delivery.as_ref()), (new, Some(&options)));
    let other = of(1, 6);
    assert!(matches!(&other.body, Body::Typed { content, .. } if *content == long));
    assert_eq!(other.delivery, Some(options));
    assert_eq!(db.lines("SELECT content AS line FROM message_revisions"), [long]);
}

fn a_recalled_message_no_longer_changes(db: &TestDatabase) {
    let (_, ids) = conversation(db, 1);
    recall(db, ids[0]);
    rewrite(db, ids[0], "again");
    let kept = db.wait(MessageChanges::find(&db.database, ids[0])).unwrap().unwrap();
    assert_eq!(kept.body, Body::Text("hi".into()));
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM message_revisions"), 0);
}

fn a_message_nobody_stored_is_not_found_and_changing_it_changes_nothing(db: &TestDatabase) {
    let (id, _) = conversation(db, 1);
    let mut unit: SendUnit = db.unit(1, &[5], "passing");
    unit.envelope.effects.is_persisted = false;
    let passing = db.store(unit)[0].id;
    let before = find(db, id);
    for nobody in [MessageId(1), MessageId(i64::MAX), passing] {
        assert_eq!(db.wait(MessageChanges::find(&db.database, nobody)).unwrap(), None);
        recall(db, nobody);
        rewrite(db, nobody, "x");
    }
    assert_eq!(db.wait(ConversationViews::find(&db.database, ConversationId(id))).unwrap().unwrap(), before);
}

fn a_nonce_is_used_up_once_by_requests_without_messages(db: &TestDatabase) {
    let use_up = |key: i64, nonce: &str| {
        let nonce = NonceUse { app_key: AppKeyId(key), nonce: nonce.into(), signed_at: NOW };
        db.wait(db.database.use_up(&nonce)).unwrap()
    };
    assert!(use_up(1, "a"));
    assert!(!use_up(1, "a"));
    assert!(use_up(2, "a") && use_up(1, "b"));
}
