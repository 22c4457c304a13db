//! What a side changes about its own view.

use sixin_application::conversations::ports::{ConversationChanges, MessageQuery, Order};
use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::{Conversation, SideState};
use sixin_domain::id::{ConversationId, MessageId, UserId};

use crate::tests::conversations::views::{all_of, find, messages, seat, text};
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;

on_every_database!(
    reading_a_conversation_reads_all_there_is_and_nothing_that_comes_later,
    reading_up_to_a_message_reads_that_and_what_is_older_and_never_less_than_before,
    deleting_a_conversation_hides_it_until_the_next_message_which_comes_alone,
    one_side_changes_nothing_for_the_other,
    marking_messages_takes_each_off_the_unread_count_once,
    deleting_messages_takes_them_off_counts_and_the_newest_that_is_left_is_the_latest,
    without_any_message_left_a_conversation_keeps_its_place,
    clearing_up_to_a_message_takes_what_is_older_from_one_view_and_clearing_all_costs_the_same_for_any_number,
    messages_of_others_and_of_nobody_are_passed_over,
    marking_and_deleting_a_conversation_is_one_statement_however_many_messages_there_are,
    changes_and_sends_at_the_same_time_leave_counters_exact,
);

pub(crate) fn mark(db: &TestDatabase, user: i64, ids: &[MessageId]) {
    db.wait(db.database.mark_messages_read(UserId(user), ids, NOW)).unwrap();
}

pub(crate) fn delete(db: &TestDatabase, user: i64, ids: &[MessageId]) {
    db.wait(db.database.delete_messages(UserId(user), ids, NOW)).unwrap();
}

/// A conversation of 1 and 5 in which 1 sent so many, and the ids of its messages in order.
pub(crate) fn conversation(db: &TestDatabase, count: i64) -> (i64, Vec<MessageId>) {
    let id = (0..count).map(|at| text(db, 1, 5, at)).last().unwrap();
    let all = MessageQuery { order: Order::Oldest, ..all_of(5, id) };
    (id, messages(db, all).into_iter().map(|message| message.id).collect())
}

pub(crate) fn counts(side: &SideState) -> (i64, i64) {
    (side.unread, side.message_count)
}

pub(crate) fn latest(side: &SideState) -> Option<MessageId> {
    side.latest.as_ref().and_then(|latest| latest.id)
}

fn status(db: &TestDatabase) -> i64 {
    db.number("SELECT b_status AS number FROM conversations")
}

fn reading_a_conversation_reads_all_there_is_and_nothing_that_comes_later(db: &TestDatabase) {
    let (id, _) = conversation(db, 3);
    assert_eq!((counts(&find(db, id).b), status(db)), ((3, 3), 1));
    db.wait(db.database.mark_read(seat(id, 5, 1), NOW)).unwrap();
    let found = find(db, id);
    assert_eq!((counts(&found.b), found.b.read_seq, status(db)), ((0, 3), 3, 2));
    text(db, 1, 5, 9);
    let found = find(db, id);
    assert_eq!((counts(&found.b), status(db)), ((1, 4), 1));
    let view = found.seen_by(UserId(5)).unwrap();
    let read: Vec<bool> = messages(db, all_of(5, id)).iter().map(|message| view.is_read(message)).collect();
    assert_eq!(read, [false, true, true, true]);
}

fn reading_up_to_a_message_reads_that_and_what_is_older_and_never_less_than_before(db: &TestDatabase) {
    let (id, ids) = conversation(db, 5);
    let told = || db.number("SELECT COUNT(*) AS number FROM log_changes WHERE kind = 4");
    let read = |last: i64| {
        db.wait(db.database.mark_read_until(ConversationId(id), UserId(5), last, NOW)).unwrap();
        let found = find(db, id);
        (found.b.unread, found.b.read_seq, status(db), told())
    };
    mark(db, 5, &ids[..1]);
    assert_eq!(read(2), (3, 2, 1, 1), "one of the two was read already");
    assert_eq!(read(2), (3, 2, 1, 1), "nobody is told again");
    assert_eq!(read(1), (3, 2, 1, 1), "nothing becomes unread");
    assert_eq!(read(99), (0, 5, 2, 2), "no further than there is");
    assert_eq!(counts(&find(db, id).a), (0, 5), "the other side keeps what it has");
    // Whoever sits on no side of it changes nothing.
    text(db, 1, 5, 9);
    db.wait(db.database.mark_read_until(ConversationId(id), UserId(7), 6, NOW)).unwrap();
    assert_eq!(find(db, id).b.unread, 1);
}

fn deleting_a_conversation_hides_it_until_the_next_message_which_comes_alone(db: &TestDatabase) {
    let (id, _) = conversation(db, 3);
    db.wait(db.database.delete(seat(id, 5, 1), NOW)).unwrap();
    let found = find(db, id);
    assert_eq!((counts(&found.b), found.b.is_display, &found.b.latest), ((0, 0), false, &None));
    assert_eq!(found.b.read_seq, 0, "to the other side it is not read");
    text(db, 1, 5, 9);
    let found = find(db, id);
    assert_eq!((counts(&found.b), found.b.is_display), ((1, 1), true));
    let query = MessageQuery { after: found.b.cleared_seq, ..all_of(5, id) };
    assert_eq!(messages(db, query).iter().map(|message| message.seq).collect::<Vec<_>>(), [4]);
}

fn one_side_changes_nothing_for_the_other(db: &TestDatabase) {
    let (id, ids) = conversation(db, 3);
    text(db, 5, 1, 9);
    let before = find(db, id).a;
    db.wait(db.database.mark_read(seat(id, 5, 1), NOW)).unwrap();
    db.wait(db.database.toggle_pin(seat(id, 5, 1), NOW)).unwrap();
    mark(db, 5, &ids);
    delete(db, 5, &ids[..1]);
    db.wait(db.database.delete(seat(id, 5, 1), NOW)).unwrap();
    assert_eq!(find(db, id).a, before);
    assert_eq!(messages(db, all_of(1, id)).len(), 4);
}

fn marking_messages_takes_each_off_the_unread_count_once(db: &TestDatabase) {
    let (id, ids) = conversation(db, 4);
    mark(db, 5, &ids[1..3]);
    mark(db, 5, &ids[1..3]);
    assert_eq!((counts(&find(db, id).b), status(db)), ((2, 4), 1));
    let read = |message: usize| messages(db, all_of(5, id))[4 - 1 - message].read_at;
    assert_eq!((read(0), read(1), read(3)), (None, Some(NOW), None));
    mark(db, 5, &ids);
    assert_eq!((counts(&find(db, id).b), status(db)), ((0, 4), 2));
    // What is not counted is marked and takes nothing off.
    let mut unit = db.unit(1, &[5], "quiet");
    unit.envelope.effects.is_counted = false;
    let quiet = db.store(unit)[0].id;
    text(db, 1, 5, 9);
    mark(db, 5, &[quiet]);
    assert_eq!(counts(&find(db, id).b), (1, 6));
    // Nor does a message that is read already because the conversation is.
    db.wait(db.database.mark_read(seat(id, 5, 1), NOW)).unwrap();
    let last = messages(db, all_of(5, id))[0].id;
    mark(db, 5, &[last]);
    assert_eq!(counts(&find(db, id).b), (0, 6));
}

fn deleting_messages_takes_them_off_counts_and_the_newest_that_is_left_is_the_latest(db: &TestDatabase) {
    let (id, ids) = conversation(db, 4);
    mark(db, 5, &ids[3..]);
    delete(db, 5, &ids[2..]);
    delete(db, 5, &ids[2..]);
    let found = find(db, id);
    // One of the two was unread.
    assert_eq!((counts(&found.b), latest(&found.b)), ((2, 2), Some(ids[1])));
    assert_eq!(found.b.latest.as_ref().unwrap().time, NOW.plus(1));
    // The sender deletes what it sent, from its own view.
    delete(db, 1, &ids[..1]);
    let found = find(db, id);
    assert_eq!((counts(&found.a), latest(&found.a)), ((0, 3), Some(ids[3])));
    assert_eq!(counts(&found.b), (2, 2));
}

fn without_any_message_left_a_conversation_keeps_its_place(db: &TestDatabase) {
    let (id, ids) = conversation(db, 2);
    delete(db, 5, &ids);
    let found = find(db, id);
    assert_eq!((counts(&found.b), found.b.is_display, latest(&found.b)), ((0, 0), true, None));
    let latest = found.b.latest.unwrap();
    assert_eq!((latest.time, latest.brief.as_str()), (NOW.plus(1), ""));
}

fn clearing_up_to_a_message_takes_what_is_older_from_one_view_and_clearing_all_costs_the_same_for_any_number(
    db: &TestDatabase,
) {
    let (id, ids) = conversation(db, 6);
    let clear = |last| db.wait(db.database.clear(ConversationId(id), UserId(5), last, NOW)).unwrap();
    mark(db, 5, &ids[..1]);
    delete(db, 5, &ids[1..2]);
    let before = find(db, id).a;
    assert_eq!(counts(&find(db, id).b), (4, 5));
    // Of the first three one was read and one deleted.
    for _ in 0..2 {
        clear(3);
        assert_eq!((counts(&find(db, id).b), latest(&find(db, id).b)), ((3, 3), Some(ids[5])));
    }
    clear(2);
    assert_eq!((find(db, id).b.cleared_seq, counts(&find(db, id).b)), (3, (3, 3)));
    assert_eq!(find(db, id).a, before);
    let cost = || run_by(db, || clear(i64::MAX)).writes;
    let few = cost();
    let found = find(db, id);
    assert_eq!((counts(&found.b), latest(&found.b), found.b.is_display), ((0, 0), None, true));
    for at in 0..40 {
        text(db, 1, 5, 100 + at);
    }
    assert_eq!(counts(&find(db, id).b), (40, 40));
    assert_eq!(cost(), few);
    assert_eq!(counts(&find(db, id).b), (0, 0));
}

fn messages_of_others_and_of_nobody_are_passed_over(db: &TestDatabase) {
    let (id, ids) = conversation(db, 2);
    let before = find(db, id);
    for stranger in [6, 77] {
        mark(db, stranger, &ids);
        delete(db, stranger, &ids);
    }
    // Its own messages a sender can't mark as read.
    mark(db, 1, &ids);
    mark(db, 5, &[MessageId(1), MessageId(i64::MAX)]);
    delete(db, 5, &[MessageId(1)]);
    assert_eq!(find(db, id), before);
    assert!(messages(db, all_of(5, id)).iter().all(|message| message.read_at.is_none()));
}

fn marking_and_deleting_a_conversation_is_one_statement_however_many_messages_there_are(db: &TestDatabase) {
    let (id, _) = conversation(db, 1);
    let units: Vec<SendUnit> = (0..500).map(|_| db.unit(1, &[5], "hi")).collect();
    sixin_application::sending::ports::MessageStore::append(&db.database, units);
    let cost = |work: &dyn Fn()| run_by(db, work).writes;
    let marked = cost(&|| db.wait(db.database.mark_read(seat(id, 5, 1), NOW)).unwrap());
    let deleted = cost(&|| db.wait(db.database.delete(seat(id, 5, 1), NOW)).unwrap());
    // BEGIN and COMMIT stand around it; the last seq, two of the head and a row of the log follow.
    assert_eq!((marked, deleted), (7, 7));
    assert_eq!(counts(&find(db, id).b), (0, 0));
}

fn changes_and_sends_at_the_same_time_leave_counters_exact(db: &TestDatabase) {
    let (id, _) = conversation(db, 40);
    let ids: Vec<MessageId> = messages(db, all_of(5, id)).iter().map(|message| message.id).collect();
    let (marked, deleted) = ids.split_at(20);
    std::thread::scope(|scope| {
        for part in marked.chunks(4) {
            let db = db.another();
            scope.spawn(move || mark(&db, 5, part));
        }
        for part in deleted.chunks(4) {
            let db = db.another();
            scope.spawn(move || delete(&db, 5, part));
        }
        for at in 0..3 {
            let db = db.another();
            scope.spawn(move || {
                for number in 0..10 {
                    text(&db, 1, 5, 100 + at * 10 + number);
                }
            });
        }
    });
    let Conversation { a, b, last_seq, .. } = find(db, id);
    assert_eq!((last_seq, counts(&a), counts(&b)), (70, (0, 70), (30, 50)));
}
