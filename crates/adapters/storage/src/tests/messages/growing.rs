//! Messages that grow.

use sixin_application::messages::ports::{GrowingMessages, MessageChanges};
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::growing::{Growing, GrowthRefusal, Piece, SILENT, Said, Stage};
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::time::Millis;

use crate::tests::conversations::views::{all_of, messages};
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    pieces_are_kept_at_once_and_read_by_both_sides_a_moment_later,
    the_last_piece_makes_the_message_whole_and_a_repeat_changes_nothing,
    whoever_adds_the_same_piece_at_the_same_time_adds_it_once,
    a_text_of_any_length_is_kept,
    a_message_whose_writer_is_silent_ends,
    what_was_recalled_does_not_grow_and_is_forgotten,
    only_what_says_so_grows,
);

const MOST: usize = 131_072;
const PATIENCE: i64 = 60_000;

fn stream(content: &str) -> Body {
    let text = Some(Stage::of(content).text).filter(|text| !text.is_empty());
    Body::Typed { object_name: ObjectName::stream(), content: content.into(), text }
}

fn begun(db: &TestDatabase) -> MessageId {
    let mut unit = db.unit(1, &[2], "");
    unit.envelope.body = stream(r#"{"content":"a","complete":false,"seq":1}"#);
    db.store(unit)[0].id
}

fn piece(seq: i64, text: &str) -> Piece {
    Piece { seq, said: Said::More(text.into()), ends: None }
}

fn add(db: &TestDatabase, id: MessageId, piece: &Piece, after: i64) -> Result<bool, GrowthRefusal> {
    db.wait(db.database.add(id, piece, NOW.plus(after), MOST)).unwrap()
}

fn so_far(db: &TestDatabase, id: MessageId) -> Growing {
    db.wait(db.database.so_far(id)).unwrap().unwrap()
}

/// What both sides read, and the line of the list.
fn read(db: &TestDatabase, id: MessageId) -> (Stage, Option<String>, String) {
    let found = db.wait(MessageChanges::find(&db.database, id)).unwrap().unwrap();
    let Body::Typed { content, text, .. } = found.body else { panic!("{:?}", found.body) };
    let brief = db.lines("SELECT latest_message_brief AS line FROM conversations").join("");
    (Stage::of(&content), text, brief)
}

fn rows(db: &TestDatabase) -> i64 {
    db.number("SELECT COUNT(*) AS number FROM growing_messages")
}

fn pieces_are_kept_at_once_and_read_by_both_sides_a_moment_later(db: &TestDatabase) {
    let id = begun(db);
    assert_eq!(add(db, id, &piece(2, "b"), 10), Ok(true));
    assert_eq!(so_far(db, id).text(), "ab");
    assert_eq!(read(db, id).0.text, "a");
    assert!(db.wait(db.database.waits()).unwrap());
    let due = |after| db.wait(db.database.due(NOW.plus(after), PATIENCE, 9)).unwrap();
    assert_eq!((due(200), due(300)), (vec![], vec![id]));
    db.wait(GrowingMessages::settle(&db.database, id, NOW.plus(300), PATIENCE)).unwrap();
    let (stage, text, brief) = read(db, id);
    assert_eq!((stage.text.as_str(), stage.seq, stage.is_over), ("ab", 2, false));
    assert_eq!((text.as_deref(), brief.as_str()), (Some("ab"), "ab"));
    assert_eq!((due(900), db.wait(db.database.waits()).unwrap()), (vec![], false));
    // Told by its own piece where the last time is long ago.
    assert_eq!(add(db, id, &piece(3, "c"), 900), Ok(false));
    assert_eq!(read(db, id).0.text, "abc");
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 1);
}

fn the_last_piece_makes_the_message_whole_and_a_repeat_changes_nothing(db: &TestDatabase) {
    let id = begun(db);
    let last = Piece { ends: Some(3), ..piece(2, "b") };
    for _ in 0..2 {
        assert_eq!(add(db, id, &last, 10), Ok(false));
        let (stage, _, _) = read(db, id);
        assert_eq!((stage.text.as_str(), stage.is_complete, stage.complete_reason), ("ab", true, 3));
        assert_eq!(rows(db), 0);
    }
    assert_eq!(add(db, id, &piece(3, "c"), 20), Err(GrowthRefusal::Over));
    assert!(so_far(db, id).is_over);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM log_changes"), 1);
    let pair = db.number("SELECT id AS number FROM conversations");
    let shown = messages(db, all_of(2, pair));
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0].body.text(), Some("ab"));
}

fn whoever_adds_the_same_piece_at_the_same_time_adds_it_once(db: &TestDatabase) {
    let id = begun(db);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let other = db.another();
                for seq in 2..=10 {
                    add(&other, id, &piece(seq, &format!("{seq},")), 10).unwrap();
                }
            });
        }
    });
    assert_eq!(so_far(db, id).text(), "a2,3,4,5,6,7,8,9,10,");
}

fn a_text_of_any_length_is_kept(db: &TestDatabase) {
    let id = begun(db);
    let long = "语\n".repeat(20_000);
    assert_eq!(add(db, id, &piece(2, &long), 10), Ok(true));
    assert_eq!(add(db, id, &Piece { ends: Some(0), ..piece(3, "!") }, 20), Ok(false));
    let (stage, text, _) = read(db, id);
    assert_eq!((stage.text.len(), text.map(|text| text.len())), (80_002, Some(80_002)));
    let too_long = begun(db);
    assert_eq!(add(db, too_long, &piece(2, &"x".repeat(MOST)), 1), Err(GrowthRefusal::TooLong(MOST)));
    assert_eq!(so_far(db, too_long).seq, 1);
}

fn a_message_whose_writer_is_silent_ends(db: &TestDatabase) {
    let id = begun(db);
    add(db, id, &piece(2, "b"), 10).unwrap();
    let late = NOW.plus(PATIENCE + 10);
    assert_eq!(db.wait(db.database.due(late, PATIENCE, 9)).unwrap(), [id]);
    for _ in 0..2 {
        db.wait(GrowingMessages::settle(&db.database, id, late, PATIENCE)).unwrap();
        let (stage, _, _) = read(db, id);
        assert_eq!((stage.text.as_str(), stage.is_complete, stage.stop_reason), ("ab", false, SILENT));
    }
    assert_eq!((rows(db), db.number("SELECT COUNT(*) AS number FROM log_changes")), (0, 1));
    assert_eq!(add(db, id, &piece(2, "b"), PATIENCE + 20), Ok(false), "it is known still");
    assert_eq!(add(db, id, &piece(3, "c"), PATIENCE + 20), Err(GrowthRefusal::Over));
}

fn what_was_recalled_does_not_grow_and_is_forgotten(db: &TestDatabase) {
    let id = begun(db);
    db.wait(db.database.recall(id, RECALL, NOW)).unwrap();
    assert_eq!(add(db, id, &piece(2, "b"), 10), Err(GrowthRefusal::Recalled));
    assert_eq!(rows(db), 1);
    db.wait(GrowingMessages::settle(&db.database, id, Millis(i64::MAX), PATIENCE)).unwrap();
    assert_eq!((rows(db), db.number("SELECT COUNT(*) AS number FROM log_changes")), (0, 1));
}

fn only_what_says_so_grows(db: &TestDatabase) {
    let mut whole = db.unit(1, &[2], "");
    whole.envelope.body = stream(r#"{"content":"a","complete":true,"seq":1}"#);
    let whole = db.store(whole)[0].id;
    let mut transient = db.unit(1, &[2], "");
    transient.envelope.body = stream(r#"{"content":"a","complete":false,"seq":1}"#);
    transient.envelope.effects.is_persisted = false;
    db.store(transient);
    let text = db.store(db.unit(1, &[2], "hi"))[0].id;
    assert_eq!(rows(db), 0);
    assert!(so_far(db, whole).is_over);
    assert_eq!(db.wait(db.database.so_far(text)).unwrap(), None);
    assert_eq!(add(db, text, &piece(2, "b"), 1), Err(GrowthRefusal::Over));
    let kept = db.wait(MessageChanges::find(&db.database, text)).unwrap().unwrap();
    assert_eq!((kept.body, kept.sender), (Body::Text("hi".into()), UserId(1)));
}
