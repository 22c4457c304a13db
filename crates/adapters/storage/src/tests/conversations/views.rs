//! What users see of their conversations.

use sixin_application::conversations::ports::{
    ConversationChanges, ConversationViews, ListQuery, ListStart, ListTotals, MessageQuery, Order,
};
use sixin_application::sending::ports::SendUnit;
use sixin_domain::conversation::Seat;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::{Conversation, ViewedMessage};
use sixin_domain::file::FileKind;
use sixin_domain::id::{ConversationId, FileId, MessageId, UserId};
use sixin_domain::message::Effects;
use sixin_domain::message::body::Body;
use sixin_domain::time::Millis;

use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::operations::hot_reads::run_by;
use crate::tests::sending::shared_content::typed;

on_every_database!(
    a_list_shows_both_sides_of_a_user_by_the_time_of_the_newest_message,
    pages_and_cursors_meet_and_neither_shows_an_entry_twice,
    only_what_is_displayed_is_listed_and_summed,
    pinned_conversations_can_be_asked_for_and_left_out,
    a_conversation_is_found_by_id_and_by_its_pair,
    a_view_shows_what_its_user_sent_and_received_and_nothing_hidden,
    messages_come_in_either_order_between_bounds,
    the_last_message_up_to_a_time_is_found_in_few_looks,
    bodies_come_back_as_they_were_stored_also_shared_ones_and_files,
    bodies_are_found_by_the_ids_of_their_messages,
    a_conversation_whose_messages_never_become_the_latest_has_a_time_all_the_same,
);

/// Where `owner` sits in a conversation with `other`.
pub(crate) fn seat(conversation: i64, owner: i64, other: i64) -> Seat {
    let pair = Pair::of(UserId(owner), UserId(other)).unwrap();
    let side = pair.side_of(UserId(owner)).unwrap();
    Seat { conversation: ConversationId(conversation), owner: UserId(owner), other: UserId(other), side }
}

/// Stores a text at a time and answers its conversation.
pub(crate) fn text(db: &TestDatabase, from: i64, to: i64, at: i64) -> i64 {
    let unit = SendUnit { accepted_at: NOW.plus(at), ..db.unit(from, &[to], "hi") };
    db.store(unit)[0].place.unwrap().0.0
}

fn query(user: i64, start: ListStart, limit: i64) -> ListQuery {
    ListQuery { user: UserId(user), pinned: None, start, limit }
}

fn list(db: &TestDatabase, query: ListQuery) -> Vec<Conversation> {
    db.wait(db.database.list(query)).unwrap()
}

fn ids(found: &[Conversation]) -> Vec<i64> {
    found.iter().map(|found| found.id.0).collect()
}

pub(crate) fn find(db: &TestDatabase, id: i64) -> Conversation {
    db.wait(ConversationViews::find(&db.database, ConversationId(id))).unwrap().unwrap()
}

pub(crate) fn all_of(user: i64, conversation: i64) -> MessageQuery {
    MessageQuery {
        conversation: ConversationId(conversation),
        user: UserId(user),
        after: 0,
        before: i64::MAX,
        order: Order::Newest,
        offset: 0,
        limit: 1000,
    }
}

pub(crate) fn messages(db: &TestDatabase, query: MessageQuery) -> Vec<ViewedMessage> {
    db.wait(db.database.messages(query)).unwrap()
}

fn seqs(found: &[ViewedMessage]) -> Vec<i64> {
    found.iter().map(|message| message.seq).collect()
}

fn a_list_shows_both_sides_of_a_user_by_the_time_of_the_newest_message(db: &TestDatabase) {
    // User 5 is side b with 1 and 2, side a with 8 and 9.
    let by_time = [text(db, 5, 9, 10), text(db, 1, 5, 20), text(db, 8, 5, 30), text(db, 5, 2, 40)];
    text(db, 1, 2, 50);
    let newest_first: Vec<i64> = by_time.into_iter().rev().collect();
    assert_eq!(ids(&list(db, query(5, ListStart::Offset(0), 10))), newest_first);
    text(db, 9, 5, 60);
    assert_eq!(ids(&list(db, query(5, ListStart::Offset(0), 1))), [by_time[0]]);
    assert_eq!(list(db, query(77, ListStart::Offset(0), 10)), []);
}

fn pages_and_cursors_meet_and_neither_shows_an_entry_twice(db: &TestDatabase) {
    // Three at each of four instants, so that cursors fall between conversations of the same time.
    for peer in 0..12 {
        text(db, 100, if peer % 2 == 0 { peer + 1 } else { peer + 200 }, peer / 3);
    }
    let all = list(db, query(100, ListStart::Offset(0), 100));
    assert_eq!(all.len(), 12);
    for size in 1..=5 {
        let mut by_page = Vec::new();
        let mut by_cursor = Vec::new();
        let mut start = ListStart::Offset(0);
        for page in 0..12 {
            by_page.extend(list(db, query(100, ListStart::Offset(page * size), size)));
            let part = list(db, query(100, start, size));
            if let Some(last) = part.last() {
                let view = last.seen_by(UserId(100)).unwrap();
                start = ListStart::After(view.own.latest.as_ref().unwrap().time, last.id);
                by_cursor.extend(part);
            }
        }
        assert_eq!(ids(&by_page), ids(&all), "{size} a page");
        assert_eq!(ids(&by_cursor), ids(&all), "{size} a part");
    }
    assert_eq!(list(db, query(100, ListStart::Offset(12), 5)), []);
    assert_eq!(list(db, query(100, ListStart::After(Millis(0), ConversationId(0)), 5)), []);
}

fn only_what_is_displayed_is_listed_and_summed(db: &TestDatabase) {
    let kept = text(db, 1, 5, 0);
    let deleted = text(db, 9, 5, 1);
    text(db, 9, 5, 2);
    let hidden = Effects { sender_visible: false, ..Effects::OWN };
    let mut unit = db.unit(5, &[7], "not for the sender's list");
    unit.envelope.effects = hidden;
    db.store(unit);
    let totals = |user: i64| db.wait(db.database.totals(UserId(user), None)).unwrap();
    assert_eq!(totals(5), ListTotals { conversations: 2, unread: 3 });
    db.wait(db.database.delete(seat(deleted, 5, 9), NOW)).unwrap();
    assert_eq!(ids(&list(db, query(5, ListStart::Offset(0), 10))), [kept]);
    assert_eq!(totals(5), ListTotals { conversations: 1, unread: 1 });
    assert_eq!(totals(9), ListTotals { conversations: 1, unread: 0 });
    assert_eq!(totals(7), ListTotals { conversations: 1, unread: 1 });
    assert_eq!(totals(77), ListTotals::default());
}

fn pinned_conversations_can_be_asked_for_and_left_out(db: &TestDatabase) {
    let (one, other) = (text(db, 1, 5, 0), text(db, 5, 9, 1));
    db.wait(db.database.toggle_pin(seat(one, 5, 1), NOW)).unwrap();
    let of = |pinned: bool| {
        let query = ListQuery { pinned: Some(pinned), ..query(5, ListStart::Offset(0), 10) };
        let totals = db.wait(db.database.totals(UserId(5), Some(pinned))).unwrap();
        (ids(&list(db, query)), totals.conversations)
    };
    assert_eq!((of(true), of(false)), ((vec![one], 1), (vec![other], 1)));
    // The other side has its own pins.
    let theirs = ListQuery { pinned: Some(true), ..query(1, ListStart::Offset(0), 10) };
    assert_eq!(list(db, theirs), []);
    db.wait(db.database.toggle_pin(seat(one, 5, 1), NOW)).unwrap();
    assert_eq!(of(true), (vec![], 0));
}

fn a_conversation_is_found_by_id_and_by_its_pair(db: &TestDatabase) {
    let id = text(db, 5, 1, 0);
    let found = find(db, id);
    assert_eq!(found.pair, Pair::of(UserId(1), UserId(5)).unwrap());
    assert_eq!((found.last_seq, found.a.unread, found.b.unread), (1, 1, 0));
    let of_pair = |a, b| db.wait(db.database.of_pair(Pair::of(UserId(a), UserId(b)).unwrap())).unwrap();
    assert_eq!(of_pair(5, 1), Some(found));
    assert_eq!(of_pair(5, 2), None);
    assert_eq!(db.wait(ConversationViews::find(&db.database, ConversationId(id + 1))).unwrap(), None);
}

fn a_view_shows_what_its_user_sent_and_received_and_nothing_hidden(db: &TestDatabase) {
    let id = text(db, 1, 5, 0);
    text(db, 5, 1, 1);
    let mut unit = db.unit(1, &[5], "seen by its recipient only");
    unit.envelope.effects.sender_visible = false;
    db.store(unit);
    text(db, 1, 6, 2);
    assert_eq!(seqs(&messages(db, all_of(1, id))), [2, 1]);
    assert_eq!(seqs(&messages(db, all_of(5, id))), [3, 2, 1]);
    assert_eq!(seqs(&messages(db, all_of(6, id))), [] as [i64; 0]);
    db.execute("UPDATE conversation_messages SET is_enable = 0 WHERE seq = 2");
    assert_eq!(seqs(&messages(db, all_of(1, id))), [1]);
}

fn messages_come_in_either_order_between_bounds(db: &TestDatabase) {
    let id = text(db, 1, 5, 0);
    for at in 1..9 {
        text(db, 1, 5, at);
    }
    let part = |query: MessageQuery| seqs(&messages(db, query));
    let all = all_of(5, id);
    assert_eq!(part(MessageQuery { limit: 3, ..all }), [9, 8, 7]);
    assert_eq!(part(MessageQuery { limit: 3, offset: 7, ..all }), [2, 1]);
    assert_eq!(part(MessageQuery { limit: 3, order: Order::Oldest, ..all }), [1, 2, 3]);
    assert_eq!(part(MessageQuery { limit: 3, after: 4, order: Order::Oldest, ..all }), [5, 6, 7]);
    assert_eq!(part(MessageQuery { after: 4, before: 8, ..all }), [7, 6, 5]);
    let second = messages(db, all).into_iter().find(|message| message.seq == 2).unwrap();
    let seq_of =
        |conversation: i64| db.wait(db.database.seq_of(ConversationId(conversation), second.id)).unwrap();
    assert_eq!((seq_of(id), seq_of(id + 1)), (Some(2), None));
}

fn bodies_come_back_as_they_were_stored_also_shared_ones_and_files(db: &TestDatabase) {
    let shared = typed(db, &[5, 6], "x".repeat(2000));
    let (sender, body) = (shared.envelope.sender, shared.envelope.body.clone());
    let placed = db.store(shared);
    let id = placed[0].place.unwrap().0.0;
    let found = messages(db, all_of(5, id));
    assert_eq!((found[0].sender, &found[0].body, found[0].sent_at), (sender, &body, placed[0].sent_at));
    db.execute(
        "INSERT INTO files (id, fid, type, name, extension, path) VALUES (3, 'fid', 2, 'a.mp4', 'mp4', 'a/b')",
    );
    let mut unit = db.unit(sender.0, &[5], "");
    unit.envelope.body = Body::File { file: FileId(3), kind: FileKind::Video };
    db.store(unit);
    let found = messages(db, all_of(5, id));
    assert_eq!(found[0].body, Body::File { file: FileId(3), kind: FileKind::Video });
    assert_eq!(found[0].file.as_ref().map(|file| file.fid.as_str()), Some("fid"));
    assert_eq!(find(db, id).a.latest.or(find(db, id).b.latest).unwrap().brief, "[video]");
}

fn bodies_are_found_by_the_ids_of_their_messages(db: &TestDatabase) {
    let conversation = text(db, 1, 2, 10);
    text(db, 2, 1, 20);
    let stored: Vec<MessageId> =
        messages(db, all_of(1, conversation)).iter().map(|message| message.id).collect();
    let bodies = |ids: &[MessageId]| {
        let mut found = db.wait(db.database.bodies(ids)).unwrap();
        found.sort_unstable_by_key(|(id, _)| *id);
        found
    };
    let hi = || Body::Text("hi".into());
    let mut wanted: Vec<_> = stored.iter().map(|id| (*id, hi())).collect();
    wanted.sort_unstable_by_key(|(id, _)| *id);
    assert_eq!(bodies(&stored), wanted);
    assert_eq!(bodies(&[stored[0], MessageId(1)]), [(stored[0], hi())]);
    assert_eq!(bodies(&[]), []);
}

fn a_conversation_whose_messages_never_become_the_latest_has_a_time_all_the_same(db: &TestDatabase) {
    let quiet = |from: i64, to: i64, at: i64| {
        let mut unit = SendUnit { accepted_at: NOW.plus(at), ..db.unit(from, &[to], "hi") };
        unit.envelope.effects.updates_latest = false;
        db.store(unit)[0].place.unwrap().0.0
    };
    let id = quiet(1, 5, 10);
    let other = text(db, 5, 2, 20);
    let order = || ids(&list(db, query(5, ListStart::Offset(0), 10)));
    assert_eq!(order(), [other, id]);
    let latest = find(db, id).b.latest.unwrap();
    assert_eq!((latest.id, latest.time), (None, NOW.plus(10)));
    // It keeps that time until there is a latest message.
    quiet(1, 5, 30);
    assert_eq!(find(db, id).b.latest.unwrap().time, NOW.plus(10));
    text(db, 1, 5, 40);
    assert_eq!(order(), [id, other]);
}

fn the_last_message_up_to_a_time_is_found_in_few_looks(db: &TestDatabase) {
    let id = (0..20).map(|number| text(db, 1, 2, number * 10)).last().unwrap();
    let conversation = find(db, id);
    let at = |time: i64| db.wait(db.database.seq_at(&conversation, NOW.plus(time))).unwrap();
    assert_eq!([-1, 0, 9, 10, 95, 189, 190, 9999].map(at), [0, 1, 1, 2, 10, 19, 20, 20]);
    db.execute("DELETE FROM conversation_messages WHERE seq BETWEEN 5 AND 9");
    assert_eq!([35, 45, 90].map(at), [4, 4, 10], "also where messages are missing");
    let run = run_by(db, || assert_eq!(at(95), 10));
    assert!(run.reads <= 5, "{run:?}");
}
