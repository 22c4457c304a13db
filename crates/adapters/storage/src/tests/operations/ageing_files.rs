//! Files go with the last message that has or names them.

use std::sync::Arc;

use sixin_application::files::ports::{Files, NewFile, NewUpload, UnsentFiles};
use sixin_application::operations::ports::{AgedRows, Naming};
use sixin_application::sending::ports::SendUnit;
use sixin_domain::file::FileKind;
use sixin_domain::id::{AccountId, FileId, MessageId, UserId, first_id_at};
use sixin_domain::message::body::Body;
use sixin_domain::retention::DAY_MS;

use super::ageing::{count, days_ago, remove_all};
use crate::tests::conversations::views::text;
use crate::tests::harness::{NOW, TestDatabase};
use crate::tests::on_every_database;
use crate::tests::sending::shared_content::typed;

on_every_database!(
    a_file_goes_with_the_last_message_that_has_it,
    a_file_goes_with_the_last_message_that_was_kept_in_no_conversation,
    an_upload_for_contents_goes_when_no_message_names_it,
);

fn register(db: &TestDatabase, fid: &str, addressee: Option<&str>) -> FileId {
    let file = NewFile {
        fid: fid.into(),
        kind: FileKind::Video,
        name: "film.mp4".into(),
        mime: "video/mp4".into(),
        extension: "mp4".into(),
        size: 5,
        md5: "m".into(),
        sha256: "s".into(),
        path: format!("videos/{fid}.mp4"),
        pixels: None,
        seconds: None,
        thumbnail_extension: None,
        more_json: None,
        is_sensitive: false,
        created_at: days_ago(9),
    };
    let addressee = addressee.map(str::to_owned);
    let upload = NewUpload { platform: 5, account: AccountId(3), uploader: UserId(1), addressee };
    let id = db.wait(db.database.register(&file, &upload)).unwrap();
    db.wait(db.database.arrived(id)).unwrap();
    id
}

fn leftovers(db: &TestDatabase) -> Vec<String> {
    db.wait(db.database.leftovers()).unwrap().into_iter().map(|file| file.fid).collect()
}

fn a_file_goes_with_the_last_message_that_has_it(db: &TestDatabase) {
    let file = register(db, "film", Some("bob"));
    // It is sent twice, to two users, and used by a profile beside that.
    db.execute("INSERT INTO file_usages (file_id, file_type, usage_type, platform_id, table_name, table_column, table_key, account_id, user_id, created_at) \
        SELECT file_id, file_type, usage_type, platform_id, table_name, table_column, 'carol', account_id, user_id, created_at FROM file_usages");
    let (stored, uploads) = db.wait(Files::find(&db.database, "film")).unwrap().unwrap();
    for (upload, (to, days)) in uploads.iter().zip([(2, 9), (3, 2)]) {
        let mut unit = SendUnit { upload: Some(upload.usage), ..db.unit(1, &[to], "") };
        unit.envelope.body = Body::File { file, kind: stored.kind };
        unit.accepted_at = days_ago(days);
        db.store(unit);
    }
    let elsewhere = register(db, "elsewhere", Some("bob"));
    db.execute(&format!("UPDATE files SET keeping = 0 WHERE id = {}", elsewhere.0));
    let (stored, uploads) = db.wait(Files::find(&db.database, "elsewhere")).unwrap().unwrap();
    let mut unit = SendUnit { upload: Some(uploads[0].usage), ..db.unit(1, &[2], "") };
    unit.envelope.body = Body::File { file: elsewhere, kind: stored.kind };
    unit.accepted_at = days_ago(8);
    db.store(unit);
    assert_eq!(remove_all(db, 3), 2);
    assert_eq!((leftovers(db), count(db, "file_usages")), (Vec::new(), 1), "a message has it still");
    assert_eq!(count(db, "files"), 1, "of what is kept elsewhere there was nothing but the row");
    assert!(db.wait(Files::find(&db.database, "film")).unwrap().is_some());
    assert_eq!(remove_all(db, 1), 1);
    assert_eq!((leftovers(db), count(db, "file_usages")), (vec!["film".to_owned()], 0));
    assert!(db.wait(Files::find(&db.database, "film")).unwrap().is_none());
}

fn a_file_goes_with_the_last_message_that_was_kept_in_no_conversation(db: &TestDatabase) {
    let file = register(db, "film", Some("bob"));
    let (stored, uploads) = db.wait(Files::find(&db.database, "film")).unwrap().unwrap();
    let mut unit = SendUnit { upload: Some(uploads[0].usage), ..db.unit(1, &[2], "") };
    unit.envelope.body = Body::File { file, kind: stored.kind };
    unit.envelope.effects.is_persisted = false;
    db.store(unit);
    let week = NOW.plus(-7 * DAY_MS);
    let other = first_id_at(NOW);
    db.execute(&format!("UPDATE transient_messages SET id = {other}"));
    db.execute(&format!("UPDATE file_usages SET table_id = {other}"));
    assert!(!db.wait(db.database.sweep(NOW)).unwrap());
    assert_eq!((leftovers(db), count(db, "transient_messages")), (Vec::new(), 1), "it is young");
    db.execute(&format!("UPDATE transient_messages SET id = {}", first_id_at(week) - 1));
    db.execute(&format!("UPDATE file_usages SET table_id = {}", first_id_at(week) - 1));
    assert!(!db.wait(db.database.sweep(NOW)).unwrap());
    assert_eq!((leftovers(db), count(db, "transient_messages")), (vec!["film".to_owned()], 0));
}

fn an_upload_for_contents_goes_when_no_message_names_it(db: &TestDatabase) {
    let fids = ["a", "b", "c"].map(|letter| letter.repeat(32));
    for fid in &fids {
        register(db, fid, None);
    }
    register(db, "sent", Some("bob"));
    let names =
        |fid: &str| format!("{{\"imageUri\":\"https://im.example.org/files/{fid}?expires=0&sign=x\"}}");
    db.store(typed(db, &[2], names(&fids[0])));
    let mut passing = typed(db, &[2, 3], names(&fids[1]) + &"x".repeat(5000));
    passing.envelope.effects.is_persisted = false;
    db.store(passing);
    text(db, 1, 2, 3);
    let uploads = |days| db.wait(db.database.named_uploads(days_ago(days), FileId(0))).unwrap();
    assert_eq!(uploads(9), [], "none is old enough");
    let old = uploads(8);
    assert_eq!(old.iter().map(|upload| &upload.fid).collect::<Vec<_>>(), fids.iter().collect::<Vec<_>>());
    assert_eq!(db.wait(db.database.named_uploads(days_ago(8), old[1].file)).unwrap(), old[2..]);
    let wanted = Arc::new(old.iter().map(|upload| upload.fid.clone()).collect());
    let Naming { fids: mut named, next } = db.wait(db.database.naming(wanted, MessageId(0))).unwrap();
    named.dedup();
    assert_eq!((named.as_slice(), next), (&fids[..2], None));
    assert_eq!(db.wait(db.database.give_up_named(&old[2..], NOW)).unwrap(), 1);
    assert_eq!(leftovers(db), [fids[2].as_str()]);
    assert_eq!(uploads(8), old[..2]);
}
