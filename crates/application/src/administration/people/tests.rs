use super::*;
use crate::administration::ports::{MockArchiveRoom, MockWrittenArchive};
use crate::administration::testing::{NOW, Written, caller, desk};
use crate::files::ports::MockFileBytes;
use crate::operations::ports::{
    BackupWriter, CopiedRow, CopiedTable, CopyError, MockUserErasure, RowSink, RowSource, StoreFilling,
    StoreShape, StoreSnapshot,
};
use crate::ports::StoreResult;
use crate::testing::three_users;
use sixin_domain::file::StoredFile;
use sixin_domain::id::{FileId, UserId};
use sixin_domain::operator::OperatorRole;
use std::path::Path;

/// A store that holds what belongs to user 1, and nothing of others.
struct Store;

impl StoreCopying for Store {
    fn snapshot(&self, _: Option<&Path>) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        Err(CopyError::Exists("the whole site".into()))
    }

    fn snapshot_of(&self, user: UserId) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        assert_eq!(user, UserId(1));
        Ok(Box::new(Snapshot(StoreShape::default())))
    }

    fn fill(&self, _: &StoreShape) -> Result<Box<dyn StoreFilling>, CopyError> {
        Err(CopyError::NotEmpty("it".into()))
    }

    fn servers(&self) -> StoreResult<i64> {
        Ok(0)
    }
}

struct Snapshot(StoreShape);

impl RowSource for Snapshot {
    fn shape(&self) -> &StoreShape {
        &self.0
    }

    fn next(&mut self, _: &CopiedTable) -> Result<Vec<CopiedRow>, CopyError> {
        Ok(Vec::new())
    }
}

impl StoreSnapshot for Snapshot {
    fn kept_files(&mut self, _: FileId, _: i64) -> StoreResult<Vec<StoredFile>> {
        Ok(Vec::new())
    }
}

struct Writer;

impl RowSink for Writer {
    fn add(&mut self, _: &CopiedTable, _: &[CopiedRow]) -> Result<(), CopyError> {
        Ok(())
    }
}

impl BackupWriter for Writer {
    fn begin_file(&mut self, _: &str) -> Result<(), CopyError> {
        Ok(())
    }

    fn add_bytes(&mut self, _: &[u8]) -> Result<(), CopyError> {
        Ok(())
    }

    fn finish(self: Box<Self>, _: &StoreShape) -> Result<BackupContents, CopyError> {
        Ok(BackupContents { rows: 7, ..BackupContents::default() })
    }
}

fn people(erasure: MockUserErasure) -> (AdministerPeople, Written) {
    let (desk, written) = desk();
    let mut room = MockArchiveRoom::new();
    room.expect_begin().returning(|| {
        let mut written = MockWrittenArchive::new();
        written.expect_open().returning(|| Ok(OpenArchive { size: 3, bytes: Box::new(&b"zip"[..]) }));
        Ok((Box::new(Writer), Box::new(written)))
    });
    let people = AdministerPeople {
        desk,
        users: Arc::new(three_users()),
        store: Arc::new(Store),
        files: Arc::new(MockFileBytes::new()),
        room: Arc::new(room),
        erasure: Arc::new(erasure),
        places: places(),
    };
    (people, written)
}

#[tokio::test]
async fn an_export_is_written_down_with_its_reason_before_it_is_handed_out() {
    let (people, written) = people(MockUserErasure::new());
    let admin = caller(OperatorRole::Administrator);
    let exported = people.export(&admin, "ann", " asked for it ").await.unwrap();
    assert_eq!((exported.contents.rows, exported.archive.size), (7, 3));
    assert_eq!(exported.user.username.as_str(), "ann");
    assert_eq!(written.take(), ["user.export ann reason=asked for it"]);
    for reason in ["", " x ", "two\nlines"] {
        assert!(
            matches!(people.export(&admin, "ann", reason).await, Err(AdminError::Invalid(_))),
            "{reason}"
        );
    }
    let support = caller(OperatorRole::Support);
    assert!(matches!(people.export(&support, "nobody", "because").await, Err(AdminError::Forbidden(_))));
    assert!(matches!(people.export(&admin, "nobody", "because").await, Err(AdminError::Unknown(_))));
    assert_eq!(written.take(), [] as [String; 0]);
}

#[tokio::test(start_paused = true)]
async fn of_exports_that_nobody_reads_there_are_few() {
    let (people, _) = people(MockUserErasure::new());
    let admin = caller(OperatorRole::Administrator);
    let export = || people.export(&admin, "ann", "because");
    let (first, _second) = (export().await.unwrap(), export().await.unwrap());
    assert!(matches!(export().await, Err(AdminError::Store(_))), "both places are taken");
    drop(first);
    assert!(export().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_user_is_erased_once_its_name_was_said_twice() {
    let mut erasure = MockUserErasure::new();
    erasure.expect_begin().once().withf(|user, at| (*user, *at) == (UserId(1), NOW)).returning(|_, _| Ok(()));
    erasure.expect_step().returning(|_, _, _, _| Ok(None));
    erasure.expect_finish().once().returning(|_, _| Ok(()));
    let (people, written) = people(erasure);
    let admin = caller(OperatorRole::Administrator);
    for (confirmed, reason) in
        [("", "asked for it"), ("Ann", "asked for it"), ("bob", "asked for it"), ("ann", "")]
    {
        let refused = people.erase(&admin, "ann", confirmed, reason).await;
        assert!(matches!(refused, Err(AdminError::Invalid(_))), "{confirmed} {reason}");
    }
    let support = people.erase(&caller(OperatorRole::Support), "ann", "ann", "asked for it").await;
    assert!(matches!(support, Err(AdminError::Forbidden(_))));
    assert_eq!(written.take(), [] as [String; 0]);
    let erased = people.erase(&admin, "ann", "ann", "asked for it").await.unwrap();
    assert_eq!(erased, ErasedPerson { left: "[erased]1".into(), messages: 0 });
    assert_eq!(written.take(), ["user.erase ann reason=asked for it"]);
}
