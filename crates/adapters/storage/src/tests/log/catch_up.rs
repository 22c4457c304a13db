//! Whichever way what a user missed is found, it is the same.

use std::collections::BTreeMap;

use sixin_application::conversations::ports::ConversationChanges;
use sixin_application::delivery::ports::{EventLog, Missed};
use sixin_application::messages::ports::MessageChanges;
use sixin_application::sending::ports::SendUnit;
use sixin_application::users::ports::{Mark, RelationChanges};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::log::{LogEntry, Logged, Position};
use sixin_domain::message::Effects;

use crate::log::catch_up::{Most, by_conversations, walk_is_cheaper};
use crate::log::entries::{self, Part};
use crate::tests::conversations::views::seat;
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    the_walk_the_look_into_conversations_and_the_filtered_log_agree,
    pages_of_any_length_are_the_whole_log,
    who_missed_too_much_begins_anew,
    what_is_in_no_conversation_is_loaded_beside_what_is,
    messages_before_the_log_are_not_in_it,
);

const ALL: Most = Most { conversations: 1000, entries: 1000 };

/// A few of everything between users 1 to 5; user 5 also writes to itself in no conversation.
fn filled(db: &TestDatabase) {
    let mut seats = BTreeMap::new();
    for round in 0..40_i64 {
        let (from, to) = (1 + round % 5, 1 + (round * 3 + 1) % 5);
        if from == to {
            continue;
        }
        let placed = db.store(db.unit(from, &[to], "hi"));
        let (conversation, _) = placed[0].place.unwrap();
        seats.insert((to, from), conversation.0);
        match round % 8 {
            0 => db.wait(db.database.mark_read(seat(conversation.0, to, from), NOW)).unwrap(),
            1 => db.wait(db.database.recall(placed[0].id, RECALL, NOW)).map(drop).unwrap(),
            2 => drop(db.store(transient(db, from, &[to, from]))),
            3 => {
                db.wait(db.database.toggle(Mark::Follow, UserId(from), UserId(to), 9, NOW))
                    .map(drop)
                    .unwrap();
            }
            4 => db.wait(db.database.delete(seat(conversation.0, to, from), NOW)).unwrap(),
            _ => {}
        }
    }
}

fn transient(db: &TestDatabase, from: i64, to: &[i64]) -> SendUnit {
    let mut unit = db.unit(from, to, "passing by");
    unit.envelope.effects = Effects { is_persisted: false, ..unit.envelope.effects };
    unit
}

fn head(db: &TestDatabase) -> Position {
    db.wait(db.database.head()).unwrap().position
}

fn the_walk_the_look_into_conversations_and_the_filtered_log_agree(db: &TestDatabase) {
    filled(db);
    let until = head(db);
    let mut found = 0;
    for after in (0..until.0).step_by(7).map(Position) {
        let part = Part { after, until };
        let all = db.wait(db.database.entries(after, until, 1000)).unwrap().entries;
        for user in (1..=5).map(UserId) {
            let heard: Vec<LogEntry> =
                all.iter().filter(|entry| entry.what.audience().has(user)).cloned().collect();
            let mut conn = db.database.writer().unwrap();
            let walked = entries::of_user(&mut conn, user, part, 1000).unwrap();
            let looked = by_conversations(&mut conn, user, part, ALL).unwrap().unwrap();
            assert_eq!(walked, heard, "the walk of {user:?} after {after:?}");
            assert_eq!(looked, heard, "the look of {user:?} after {after:?}");
            assert!(walk_is_cheaper(&mut conn, user, part).unwrap(), "there are few messages");
            drop(conn);
            assert_eq!(db.wait(db.database.missed(user, after, until)).unwrap(), Missed::Entries(heard));
            found += looked.len();
        }
    }
    assert!(found > 100, "{found} entries prove little");
}

fn pages_of_any_length_are_the_whole_log(db: &TestDatabase) {
    filled(db);
    let until = head(db);
    let all = db.wait(db.database.entries(Position(0), until, 1000)).unwrap();
    assert_eq!(all.until, until);
    for limit in 1..=20 {
        let (mut read, mut after) = (Vec::new(), Position(0));
        while after < until {
            let page = db.wait(db.database.entries(after, until, limit)).unwrap();
            assert!(page.until > after && page.entries.iter().all(|entry| entry.position <= page.until));
            read.extend(page.entries);
            after = page.until;
        }
        assert_eq!(read, all.entries, "in pages of {limit}");
    }
    let part = Part { after: Position(0), until };
    let mut conn = db.database.writer().unwrap();
    let mine = entries::of_user(&mut conn, UserId(1), part, 1000).unwrap();
    assert_eq!(entries::of_user(&mut conn, UserId(1), part, 3).unwrap(), mine[..3]);
    drop(conn);
    // The same in pages for one user, and of its changes alone.
    let changes: Vec<LogEntry> =
        mine.iter().filter(|entry| matches!(entry.what, Logged::Change(_))).cloned().collect();
    assert!(changes.len() > 5 && changes.len() < mine.len());
    for limit in [1, 3, 1000] {
        let (mut all, mut of_changes) = (Vec::new(), Vec::new());
        loop {
            let after = all.last().map_or(Position(0), |last: &LogEntry| last.position);
            let page = db.wait(db.database.first(UserId(1), after, until, limit)).unwrap();
            if page.is_empty() {
                break;
            }
            all.extend(page);
        }
        loop {
            let after = of_changes.last().map_or(Position(0), |last: &LogEntry| last.position);
            let page = db.wait(db.database.first_changes(UserId(1), after, until, limit)).unwrap();
            if page.is_empty() {
                break;
            }
            of_changes.extend(page);
        }
        assert!(all == mine && of_changes == changes, "in pages of {limit}");
    }
}

fn who_missed_too_much_begins_anew(db: &TestDatabase) {
    filled(db);
    let part = Part { after: Position(0), until: head(db) };
    let mut conn = db.database.writer().unwrap();
    let all = by_conversations(&mut conn, UserId(1), part, ALL).unwrap().unwrap();
    let count = i64::try_from(all.len()).unwrap();
    let mut found = |conversations, entries| {
        by_conversations(&mut conn, UserId(1), part, Most { conversations, entries }).unwrap()
    };
    assert_eq!(found(1000, count), Some(all));
    assert_eq!(found(1000, count - 1), None, "one entry too many");
    assert_eq!(found(1, 1000), None, "more than one conversation has something new");
}

fn what_is_in_no_conversation_is_loaded_beside_what_is(db: &TestDatabase) {
    let kept = db.store(db.unit(1, &[2], "kept"))[0].id;
    let passing = db.store(transient(db, 1, &[2]))[0].id;
    let found = db.wait(db.database.messages(&[kept, MessageId(7)], &[passing])).unwrap();
    let shown: Vec<_> =
        found.iter().map(|found| (found.message.id, found.conversation.is_some(), found.is_read)).collect();
    assert_eq!(shown, [(kept, true, false), (passing, false, false)]);
    assert!(
        found[0].belongs_to(UserId(1)) && found[0].belongs_to(UserId(2)) && !found[0].belongs_to(UserId(3))
    );
    let conversation = found[0].conversation.unwrap().0;
    db.wait(db.database.mark_read(seat(conversation, 2, 1), NOW)).unwrap();
    db.wait(db.database.delete(seat(conversation, 1, 2), NOW)).unwrap();
    let found = db.wait(db.database.messages(&[kept], &[])).unwrap();
    assert!(found[0].is_read && found[0].belongs_to(UserId(2)) && !found[0].belongs_to(UserId(1)));
    db.wait(db.database.recall(kept, RECALL, NOW)).unwrap();
    assert!(!db.wait(db.database.messages(&[kept], &[])).unwrap()[0].is_enabled);
}

fn messages_before_the_log_are_not_in_it(db: &TestDatabase) {
    db.store(db.unit(1, &[2], "old"));
    db.execute("UPDATE conversation_messages SET pos = 0");
    let until = head(db);
    assert_eq!(db.wait(db.database.entries(Position(0), until, 10)).unwrap().entries, []);
    assert_eq!(
        db.wait(db.database.missed(UserId(2), Position(0), until)).unwrap(),
        Missed::Entries(Vec::new())
    );
    let fresh = db.store(db.unit(1, &[2], "new"))[0].id;
    let until = head(db);
    let part = Part { after: Position(0), until };
    let looked = by_conversations(&mut db.database.writer().unwrap(), UserId(2), part, ALL).unwrap().unwrap();
    assert_eq!(looked.len(), 1, "only {fresh:?}");
}
