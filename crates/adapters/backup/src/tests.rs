//! What is written is read back, and what is damaged is told.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use sixin_application::operations::ports::{
    BackupContents, BackupReader, BackupWriter, ColumnKind, CopiedColumn, CopiedRow, CopiedTable,
    CopiedValue, CopyError, RowSink, RowSource, StoreShape,
};
use tempfile::TempDir;

use crate::{Archive, NewArchive};

fn column(name: &str, kind: ColumnKind) -> CopiedColumn {
    CopiedColumn { name: name.to_owned(), kind }
}

fn shape() -> StoreShape {
    let columns = vec![
        column("id", ColumnKind::Number),
        column("text", ColumnKind::Text),
        column("hash", ColumnKind::Bytes),
    ];
    let table =
        |name: &str| CopiedTable { name: name.to_owned(), columns: columns.clone(), last_number: Some(9) };
    StoreShape {
        migrations: vec!["1".into(), "2".into()],
        tables: vec![table("conversation_messages"), table("empty")],
    }
}

fn row(number: i64) -> CopiedRow {
    vec![
        CopiedValue::Number(number),
        CopiedValue::Text("a\n\"\\\u{0}好".into()),
        CopiedValue::Bytes(vec![0, 255]),
    ]
}

fn null() -> CopiedRow {
    vec![CopiedValue::Number(i64::MIN), CopiedValue::Null, CopiedValue::Null]
}

/// A backup of three rows and a file, which is longer than a piece.
fn written() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.sixin");
    let mut archive = Box::new(NewArchive::create(&path).unwrap());
    let shape = shape();
    archive.add(&shape.tables[0], &[row(1), null()]).unwrap();
    archive.add(&shape.tables[0], &[row(3)]).unwrap();
    archive.begin_file("images/a b.png").unwrap();
    archive.add_bytes(&[7; 400_000]).unwrap();
    archive.add_bytes(&[8]).unwrap();
    assert!(!path.exists(), "it has its name only when it is whole");
    let contents = archive.finish(&shape).unwrap();
    assert_eq!(contents, BackupContents { rows: 3, messages: 3, files: 1, file_bytes: 400_001 });
    (folder, path)
}

#[test]
fn what_is_written_is_read_back() {
    let (folder, path) = written();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let mut archive = Archive::open(&path).unwrap();
    assert_eq!(archive.shape(), &shape());
    let tables = shape().tables;
    assert_eq!(archive.next(&tables[0]).unwrap(), [row(1), null()]);
    assert_eq!(archive.next(&tables[0]).unwrap(), [row(3)]);
    assert!(archive.next(&tables[0]).unwrap().is_empty() && archive.next(&tables[1]).unwrap().is_empty());
    assert_eq!(archive.files(), ["images/a b.png"]);
    let mut bytes = Vec::new();
    let mut take = |piece| {
        bytes.extend(piece);
        Ok(())
    };
    archive.read_file("images/a b.png", &mut take).unwrap();
    assert!(bytes.len() == 400_001 && bytes.starts_with(&[7, 7]) && bytes.ends_with(&[7, 8]));
}

#[test]
fn a_backup_replaces_nothing() {
    let (_folder, path) = written();
    assert!(matches!(NewArchive::create(&path), Err(CopyError::Exists(_))));
}

#[test]
fn a_backup_that_is_not_finished_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut archive = NewArchive::create(&folder.path().join("a")).unwrap();
    archive.add(&shape().tables[0], &[row(1)]).unwrap();
    drop(archive);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn no_byte_of_a_backup_can_be_changed_or_cut_off_unnoticed() {
    let (folder, path) = written();
    let whole = std::fs::read(&path).unwrap();
    let damaged = folder.path().join("damaged");
    let verify = |bytes: &[u8]| {
        std::fs::write(&damaged, bytes).unwrap();
        Archive::open(&damaged).and_then(|mut archive| archive.verify())
    };
    assert!(verify(&whole).is_ok());
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(verify(&whole[..length]).is_err(), "cut off at {length}");
    }
    // Every byte of what was written, in steps: heads of entries repeat what the directory says, and are looked at in part only.
    let in_the_file = (0..whole.len()).filter(|place| whole[*place] == 7).step_by(9973);
    for place in in_the_file {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        assert!(matches!(verify(&bytes), Err(CopyError::Damaged(_))), "byte {place}");
    }
    for place in 0..whole.len().min(400) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        // Whatever it says, it does not panic, and does not make something else of it.
        if let Ok(contents) = verify(&bytes) {
            assert_eq!(contents.rows, 3, "byte {place}");
        }
    }
}

#[test]
fn a_backup_of_a_newer_format_is_refused_with_its_version() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("newer");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("backup.json", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, br#"{"format":2,"sixin":"9.0.0","what":"nobody knows"}"#).unwrap();
    zip.finish().unwrap();
    assert!(matches!(Archive::open(&path), Err(CopyError::Newer(version)) if version == "9.0.0"));
    std::fs::write(&path, b"no zip at all").unwrap();
    assert!(matches!(Archive::open(&path), Err(CopyError::Damaged(_))));
}

#[test]
fn an_archive_that_is_handed_out_leaves_nothing_behind_read_or_not() {
    use sixin_application::administration::ports::ArchiveRoom;

    let folder = tempfile::tempdir().unwrap();
    let room = crate::Room { folder: folder.path().join("room") };
    let left = || std::fs::read_dir(folder.path().join("room")).unwrap().count();
    let (writer, written) = room.begin().unwrap();
    assert_eq!(left(), 1);
    writer.finish(&StoreShape::default()).unwrap();
    let mut open = written.open().unwrap();
    assert_eq!(left(), 0, "nobody else finds it any more");
    let mut bytes = Vec::new();
    open.bytes.read_to_end(&mut bytes).unwrap();
    assert!(bytes.starts_with(b"PK") && bytes.len() as u64 == open.size);
    // Nobody has waited for this one.
    drop(room.begin().unwrap());
    assert_eq!(left(), 0);
    let (writer, written) = room.begin().unwrap();
    drop(writer);
    assert!(written.open().is_err(), "it was not finished");
    assert_eq!(left(), 0);
}
