//! What is too old goes with all that hangs on it, and nothing else does.

use sixin_application::conversations::ports::{ConversationChanges, ConversationViews, MessageQuery, Order};
use sixin_application::messages::ports::{MessageChanges, MessageExpansions};
use sixin_application::operations::ports::{AgedRows, Counted, Removed, StoreCheck};
use sixin_application::operators::ports::AuditLog;
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::operator::audit::{Action, Actor, Details, NewAuditRow};
use sixin_domain::retention::{Aging, DAY_MS};
use sixin_domain::time::Millis;

use crate::tests::conversations::changes::{counts, delete, latest, mark};
use crate::tests::conversations::views::{all_of, find, messages, seat, text};
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::sending::shared_content::typed;

on_every_database!(
    the_oldest_messages_go_and_what_is_younger_is_as_before,
    a_conversation_without_any_message_left_keeps_its_place_and_goes_on,
    what_hangs_on_a_message_goes_with_it_and_what_several_share_with_the_last,
    a_step_takes_few_and_the_oldest_first,
    removing_and_sending_at_the_same_time_leave_the_store_in_order,
    revisions_and_the_audit_go_by_their_age,
    whoever_sees_it_in_a_list_is_told,
);

pub(super) fn days_ago(days: i64) -> Millis {
    NOW.plus(-days * DAY_MS)
}

fn remove(db: &TestDatabase, what: Aging, days: i64) -> Removed {
    db.wait(db.database.remove(what, days_ago(days), NOW)).unwrap()
}

pub(super) fn remove_all(db: &TestDatabase, days: i64) -> u64 {
    let mut all = 0;
    loop {
        let Removed { count, has_more } = remove(db, Aging::Messages, days);
        in_order(db);
        all += count;
        if !has_more {
            return all;
        }
    }
}

fn in_order(db: &TestDatabase) {
    assert_eq!(db.database.check().unwrap().findings, []);
}

pub(super) fn count(db: &TestDatabase, table: &str) -> i64 {
    db.number(&format!("SELECT COUNT(*) AS number FROM {table}"))
}

/// Ten messages of 1 to 5, the first nine days ago and the last now; the id of the conversation and of the messages.
fn ten_days(db: &TestDatabase) -> (i64, Vec<MessageId>) {
    let id = (0..10).map(|day| text(db, 1, 5, (day - 9) * DAY_MS)).last().unwrap();
    let all = MessageQuery { order: Order::Oldest, ..all_of(5, id) };
    (id, messages(db, all).into_iter().map(|message| message.id).collect())
}

fn seen(db: &TestDatabase, id: i64) -> [Vec<ViewedMessage>; 2] {
    [1, 5].map(|user| messages(db, all_of(user, id)))
}

fn the_oldest_messages_go_and_what_is_younger_is_as_before(db: &TestDatabase) {
    let (id, ids) = ten_days(db);
    text(db, 5, 1, 1);
    let mut hidden = db.unit(1, &[5], "for one side");
    hidden.envelope.effects.sender_visible = false;
    hidden.accepted_at = NOW.plus(2);
    db.store(hidden);
    mark(db, 5, &ids[1..2]);
    delete(db, 1, &ids[2..3]);
    delete(db, 5, &[ids[3], ids[8]]);
    db.wait(MessageChanges::recall(&db.database, ids[4], RECALL, NOW)).unwrap();
    // Side a has cleared up to the second, side b has read up to the third.
    db.wait(ConversationChanges::clear(&db.database, find(db, id).id, UserId(1), 2, NOW)).unwrap();
    db.wait(ConversationChanges::mark_read_until(&db.database, find(db, id).id, UserId(5), 3, NOW)).unwrap();
    in_order(db);
    let before = seen(db, id);
    let lists = find(db, id);
    assert_eq!(remove_all(db, 3), 6, "those of nine to four days ago");
    let younger = before.map(|seen| seen.into_iter().filter(|message| message.seq > 6).collect::<Vec<_>>());
    assert_eq!(seen(db, id), younger);
    let found = find(db, id);
    assert_eq!([&found.a.latest, &found.b.latest], [&lists.a.latest, &lists.b.latest], "previews are young");
    assert_eq!((found.a.cleared_seq, found.b.cleared_seq, found.b.read_seq), (6, 6, 3));
    let counted = |seen: &[ViewedMessage]| i64::try_from(seen.len()).unwrap();
    assert_eq!(counts(&found.a), (1, counted(&younger[0])));
    assert_eq!(counts(&found.b), (4, counted(&younger[1])));
    assert_eq!(db.wait(db.database.seq_of(found.id, ids[0])).unwrap(), None, "an old cursor leads nowhere");
    assert_eq!(db.wait(db.database.seq_of(found.id, ids[6])).unwrap(), Some(7));
    // It is known how many are gone: one more that is missing would be found.
    for wrong in ["- 1", "+ 1"] {
        db.execute(&format!("UPDATE gone_messages SET seq = seq {wrong}"));
        let findings = db.database.check().unwrap().findings;
        assert_eq!(findings[0].rule, "the seq of messages is dense in every conversation");
        let back = if wrong == "- 1" { "+ 1" } else { "- 1" };
        db.execute(&format!("UPDATE gone_messages SET seq = seq {back}"));
    }
    // Again, nothing happens.
    assert_eq!(remove(db, Aging::Messages, 3), Removed::default());
    assert_eq!(find(db, id), found);
}

fn a_conversation_without_any_message_left_keeps_its_place_and_goes_on(db: &TestDatabase) {
    let (id, _) = ten_days(db);
    let place = find(db, id).b.latest.unwrap().time;
    assert_eq!(remove_all(db, -1), 10);
    let found = find(db, id);
    assert_eq!((counts(&found.a), counts(&found.b)), ((0, 0), (0, 0)));
    assert_eq!((latest(&found.a), latest(&found.b)), (None, None));
    assert!(found.b.is_display && found.b.latest.as_ref().unwrap().time == place);
    assert_eq!((count(db, "conversation_messages"), found.last_seq), (0, 10));
    for table in ["", "a_", "b_"] {
        let briefs = format!("conversations WHERE {table}latest_message_brief IS NOT NULL");
        assert_eq!(count(db, &briefs), 0, "nothing is left of what they said");
    }
    text(db, 5, 1, 1);
    in_order(db);
    let found = find(db, id);
    assert_eq!((found.last_seq, counts(&found.a), counts(&found.b)), (11, (1, 1), (0, 1)));
    assert_eq!(seen(db, id).map(|seen| seen.len()), [1, 1]);
}

fn what_hangs_on_a_message_goes_with_it_and_what_several_share_with_the_last(db: &TestDatabase) {
    let shared = SendUnit { accepted_at: days_ago(9), ..typed(db, &[2, 3, 5], "x".repeat(5000)) };
    let placed = db.store(shared);
    let young = SendUnit { accepted_at: days_ago(1), ..typed(db, &[2, 3], "y".repeat(5000)) };
    let young = db.store(young);
    for id in [placed[0].id, young[0].id] {
        db.wait(MessageChanges::rewrite(&db.database, id, &Body::Text("else".into()), NOW)).unwrap();
        for (table, columns) in [
            ("message_expansions", "message_id, item_key, item_value, set_at"),
            ("growing_messages", "message_id, seq, untold, grown_at, told_at"),
        ] {
            let values = if table == "message_expansions" { "'k', 'v', 1" } else { "1, '', 1, 1" };
            db.execute(&format!("INSERT INTO {table} ({columns}) VALUES ({}, {values})", id.0));
        }
    }
    // One of those who share it is younger: the content stays for it.
    db.execute(&format!(
        "UPDATE conversation_messages SET created_at = {} WHERE id = {}",
        NOW.0, placed[2].id.0
    ));
    db.execute(&format!("UPDATE conversations SET last_sent_at = {0}, latest_message_time = {0}, a_latest_message_time = {0}, b_latest_message_time = {0}, a_latest_hour = {1}, b_latest_hour = {1} WHERE b_user_id = 5", NOW.0, NOW.0 / 3_600_000));
    assert_eq!(remove_all(db, 3), 2);
    assert_eq!((count(db, "message_contents"), count(db, "conversation_messages")), (2, 3));
    for table in ["message_revisions", "message_expansions", "growing_messages"] {
        assert_eq!(db.number(&format!("SELECT message_id AS number FROM {table}")), young[0].id.0, "{table}");
    }
    let expansions = db.wait(MessageExpansions::changes(&db.database, &[placed[0].id])).unwrap();
    assert!(expansions.is_empty());
    assert_eq!(remove_all(db, 0), 2, "those of yesterday");
    assert_eq!(count(db, "message_contents"), 1);
    assert_eq!(remove_all(db, -1), 1);
    assert_eq!((count(db, "message_contents"), count(db, "message_revisions")), (0, 0));
}

fn a_step_takes_few_and_the_oldest_first(db: &TestDatabase) {
    for (at, pair) in (0..).zip([(1, 2), (3, 4), (1, 5)]) {
        for number in 0..70 {
            text(db, pair.0, pair.1, (at - 9) * DAY_MS + number);
        }
    }
    let (mut all, mut after) = (0, 0);
    while let Counted { count, next: Some(next) } =
        db.wait(db.database.count(Aging::Messages, days_ago(8), after)).unwrap()
    {
        (all, after) = (all + count, next);
    }
    all += db.wait(db.database.count(Aging::Messages, days_ago(8), after)).unwrap().count;
    assert_eq!(all, 70);
    let steps = [0; 8].map(|_| remove(db, Aging::Messages, 7));
    let (last, full) = steps.split_last().unwrap();
    assert!(full.iter().all(|step| (step.count, step.has_more) == (20, true)), "{full:?}");
    assert_eq!((last.count, last.has_more), (0, false));
    in_order(db);
    assert_eq!(count(db, "conversation_messages"), 70);
    assert_eq!(remove_all(db, -1), 70);
}

fn removing_and_sending_at_the_same_time_leave_the_store_in_order(db: &TestDatabase) {
    for number in 0..300 {
        text(db, number % 3 + 1, number % 3 + 2, -9 * DAY_MS + number);
    }
    let others = [db.another(), db.another()];
    std::thread::scope(|scope| {
        for other in &others {
            scope.spawn(move || while remove(other, Aging::Messages, 3).has_more {});
        }
        scope.spawn(|| {
            for number in 0..60 {
                let unit = db.unit(number % 3 + 1, &[number % 3 + 2], "new");
                MessageStore::append(&db.database, vec![unit]).remove(0).unwrap();
            }
        });
    });
    while remove(db, Aging::Messages, 3).count > 0 {}
    in_order(db);
    assert_eq!(count(db, "conversation_messages"), 60);
    assert_eq!(db.number("SELECT CAST(SUM(seq) AS SIGNED) AS number FROM gone_messages"), 300);
}

fn revisions_and_the_audit_go_by_their_age(db: &TestDatabase) {
    let (_, ids) = ten_days(db);
    for (days, id) in [(9, ids[0]), (2, ids[9])] {
        db.wait(MessageChanges::rewrite(&db.database, id, &Body::Text("else".into()), days_ago(days)))
            .unwrap();
        let row = NewAuditRow {
            at: days_ago(days),
            actor: Actor::CommandLine,
            action: Action::Backup,
            target: String::new(),
            details: Details::new(),
            address: None,
        };
        db.wait(AuditLog::append(&db.database, &row)).unwrap();
    }
    for (what, table) in [(Aging::Revisions, "message_revisions"), (Aging::Audit, "audit_log")] {
        let counted = |days| db.wait(db.database.count(what, days_ago(days), 0)).unwrap();
        assert_eq!(
            (counted(3), counted(9)),
            (Counted { count: 1, next: None }, Counted { count: 0, next: None })
        );
        assert_eq!(remove(db, what, 3), Removed { count: 1, has_more: false });
        assert_eq!((remove(db, what, 3).count, count(db, table)), (0, 1));
    }
    assert_eq!(count(db, "conversation_messages"), 10);
}

fn whoever_sees_it_in_a_list_is_told(db: &TestDatabase) {
    let (id, _) = ten_days(db);
    db.wait(ConversationChanges::mark_read(&db.database, seat(id, 5, 1), NOW)).unwrap();
    let told =
        || db.lines("SELECT CONCAT(user_id, ' ', kind, ' ', value) AS line FROM log_changes ORDER BY pos");
    let before = told();
    assert_eq!(remove_all(db, 3), 6);
    assert_eq!(told(), before, "all was read, and previews are young");
    assert_eq!(remove_all(db, -1), 4);
    assert_eq!(told()[before.len()..], ["1 7 10", "5 7 10"]);
}
