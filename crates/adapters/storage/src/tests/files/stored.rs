//! Files that were uploaded here: when they are there, who is shown them, and what becomes of those nobody sends.

use sixin_application::conversations::ports::ConversationChanges;
use sixin_application::files::ports::{FileDescription, Files, NewFile, NewUpload, UnsentFiles};
use sixin_application::messages::ports::MessageChanges;
use sixin_application::sending::ports::{MessageStore, SendUnit};
use sixin_application::site::ports::SiteSecrets;
use sixin_domain::file::{FileKind, Keeping};
use sixin_domain::id::{AccountId, FileId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;

use crate::tests::conversations::views::seat;
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    a_file_is_there_once_its_bytes_have_arrived,
    a_file_is_shown_to_its_uploader_and_to_who_sees_a_message_with_it,
    a_file_is_shown_to_nobody_once_its_message_is_recalled,
    only_its_uploader_says_something_else_of_a_file,
    uploads_nobody_sent_in_a_day_are_given_up_and_those_that_were_sent_stay,
    an_upload_that_was_given_up_can_not_be_sent,
    only_files_that_are_kept_here_are_given_up,
    a_file_for_contents_waits_for_no_message_and_is_given_up_only_if_it_never_arrived,
    of_several_processes_all_get_the_secret_of_the_first,
);

const DAY: i64 = 24 * 60 * 60 * 1000;

fn new_file(fid: &str) -> NewFile {
    NewFile {
        fid: fid.into(),
        kind: FileKind::Video,
        name: "film.mp4".into(),
        mime: "video/mp4".into(),
        extension: "mp4".into(),
        size: 5,
        md5: "m".into(),
        sha256: "s".into(),
        path: format!("videos/{fid}.mp4"),
        pixels: Some((640, 480)),
        seconds: Some(9),
        thumbnail_extension: None,
        more_json: Some("{}".into()),
        is_sensitive: false,
        created_at: NOW,
    }
}

fn register(db: &TestDatabase, fid: &str) -> FileId {
    register_for(db, fid, Some("bob"))
}

fn register_for(db: &TestDatabase, fid: &str, addressee: Option<&str>) -> FileId {
    let addressee = addressee.map(str::to_owned);
    let upload = NewUpload { platform: 5, account: AccountId(3), uploader: UserId(1), addressee };
    db.wait(db.database.register(&new_file(fid), &upload)).unwrap()
}

fn is_there(db: &TestDatabase, fid: &str) -> bool {
    db.wait(Files::find(&db.database, fid)).unwrap().is_some()
}

/// The send of a file that user 1 uploaded, to user 2.
fn unit(db: &TestDatabase, fid: &str) -> SendUnit {
    let (file, uploads) = db.wait(Files::find(&db.database, fid)).unwrap().unwrap();
    let mut unit = SendUnit { upload: Some(uploads[0].usage), ..db.unit(1, &[2], "file") };
    unit.envelope.body = Body::File { file: file.id, kind: file.kind };
    unit
}

fn send(db: &TestDatabase, fid: &str) -> Placed {
    db.store(unit(db, fid)).remove(0)
}

fn a_file_is_there_once_its_bytes_have_arrived(db: &TestDatabase) {
    let id = register(db, "one");
    assert!(!is_there(db, "one"));
    db.wait(db.database.arrived(id)).unwrap();
    let (file, uploads) = db.wait(Files::find(&db.database, "one")).unwrap().unwrap();
    assert_eq!((file.id, file.keeping, file.kind), (id, Keeping::Kept, FileKind::Video));
    assert_eq!((file.image_width, file.video_time, file.audio_time), (Some(640), Some(9), None));
    assert_eq!((uploads.len(), uploads[0].uploader, uploads[0].addressee.as_str()), (1, UserId(1), "bob"));
}

fn a_file_is_shown_to_its_uploader_and_to_who_sees_a_message_with_it(db: &TestDatabase) {
    let id = register(db, "one");
    db.wait(db.database.arrived(id)).unwrap();
    let shown = |user, within| db.wait(Files::is_shown_to(&db.database, id, UserId(user), within)).unwrap();
    assert_eq!([1, 2, 3].map(|user| shown(user, None)), [true, false, false]);
    let placed = send(db, "one");
    let (conversation, _) = placed.place.unwrap();
    assert_eq!([1, 2, 3].map(|user| shown(user, None)), [true, true, false]);
    assert!(shown(2, Some(placed.id.0)) && shown(2, Some(conversation.0)));
    assert!(!shown(2, Some(placed.id.0 + 1000)));
    let clear =
        |at| db.wait(ConversationChanges::delete(&db.database, seat(conversation.0, 2, 1), at)).unwrap();
    clear(NOW);
    assert_eq!([1, 2, 3].map(|user| shown(user, None)), [true, false, false], "the recipient deleted it");
}

fn a_file_is_shown_to_nobody_once_its_message_is_recalled(db: &TestDatabase) {
    let id = register(db, "one");
    db.wait(db.database.arrived(id)).unwrap();
    let placed = send(db, "one");
    let shown = |user| db.wait(Files::is_shown_to(&db.database, id, UserId(user), None)).unwrap();
    assert_eq!([1, 2].map(shown), [true, true]);
    db.wait(MessageChanges::recall(&db.database, placed.id, RECALL, NOW)).unwrap();
    assert_eq!([1, 2].map(shown), [false, false]);
}

fn only_its_uploader_says_something_else_of_a_file(db: &TestDatabase) {
    let id = register(db, "one");
    db.wait(db.database.arrived(id)).unwrap();
    send(db, "one");
    let describe = |fid: &str, user, is_sensitive, more: Option<&str>| {
        let said = FileDescription { is_sensitive, more_json: more.map(str::to_owned) };
        db.wait(Files::describe(&db.database, fid, UserId(user), &said)).unwrap()
    };
    let known = || {
        let (file, _) = db.wait(Files::find(&db.database, "one")).unwrap().unwrap();
        (file.is_sensitive, file.more_json)
    };
    assert!(describe("one", 1, Some(true), None));
    assert_eq!(known(), (true, Some("{}".to_owned())), "what is not said stays");
    assert!(describe("one", 1, None, Some(r#"{"a":1}"#)));
    assert_eq!(known(), (true, Some(r#"{"a":1}"#.to_owned())));
    assert!(!describe("one", 2, Some(false), None) && !describe("ONE", 1, Some(false), None));
    assert!(!describe("two", 1, Some(false), None));
    assert!(known().0);
}

fn a_file_for_contents_waits_for_no_message_and_is_given_up_only_if_it_never_arrived(db: &TestDatabase) {
    let id = register_for(db, "kept", None);
    db.wait(db.database.arrived(id)).unwrap();
    register_for(db, "broken", None);
    let (_, uploads) = db.wait(Files::find(&db.database, "kept")).unwrap().unwrap();
    assert_eq!(uploads, [], "it can't be sent as the file of a message");
    db.wait(db.database.give_up(NOW.plus(DAY), NOW.plus(DAY))).unwrap();
    let leftovers = db.wait(db.database.leftovers()).unwrap();
    assert_eq!(leftovers.iter().map(|file| file.fid.as_str()).collect::<Vec<_>>(), ["broken"]);
    assert!(is_there(db, "kept"));
}

fn uploads_nobody_sent_in_a_day_are_given_up_and_those_that_were_sent_stay(db: &TestDatabase) {
    for fid in ["sent", "unsent", "broken"] {
        let id = register(db, fid);
        if fid != "broken" {
            db.wait(db.database.arrived(id)).unwrap();
        }
    }
    send(db, "sent");
    let give_up = |before| db.wait(db.database.give_up(before, NOW.plus(DAY))).unwrap();
    let leftovers = || -> Vec<String> {
        let mut fids: Vec<_> =
            db.wait(db.database.leftovers()).unwrap().into_iter().map(|file| file.fid).collect();
        fids.sort();
        fids
    };
    assert!(!give_up(NOW));
    assert_eq!(leftovers(), [""; 0], "none is old enough");
    give_up(NOW.plus(1));
    assert_eq!(leftovers(), ["broken", "unsent"]);
    assert_eq!((is_there(db, "sent"), is_there(db, "unsent")), (true, false));
    for file in db.wait(db.database.leftovers()).unwrap() {
        db.wait(db.database.forget(file.id)).unwrap();
    }
    assert_eq!(leftovers(), [""; 0]);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM files"), 1);
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM file_usages"), 1);
}

fn an_upload_that_was_given_up_can_not_be_sent(db: &TestDatabase) {
    let id = register(db, "one");
    db.wait(db.database.arrived(id)).unwrap();
    let late = unit(db, "one");
    db.wait(db.database.give_up(NOW.plus(1), NOW)).unwrap();
    assert!(db.database.append(vec![late]).remove(0).is_err());
    assert_eq!(db.number("SELECT COUNT(*) AS number FROM conversation_messages"), 0);
}

fn only_files_that_are_kept_here_are_given_up(db: &TestDatabase) {
    register(db, "one");
    db.execute("UPDATE files SET keeping = 0");
    db.wait(db.database.give_up(NOW.plus(1), NOW)).unwrap();
    assert!(is_there(db, "one"));
}

fn of_several_processes_all_get_the_secret_of_the_first(db: &TestDatabase) {
    let other = db.another();
    let get = |db: &TestDatabase, fresh: &str| db.wait(db.database.get_or_set("links", fresh, NOW)).unwrap();
    assert_eq!([get(db, "a"), get(&other, "b"), get(db, "c")], ["a", "a", "a"]);
    assert_eq!(db.wait(db.database.get_or_set("else", "d", NOW)).unwrap(), "d");
}
