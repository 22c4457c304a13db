use std::sync::{Arc, Mutex};

use super::*;
use crate::operations::ports::CopyError;
use crate::operations::ports::{
    FresnsAccount, FresnsFile, ImportedSoFar, MockFresnsSource, MockImportTarget, StoreFilling, StoreShape,
    StoreSnapshot,
};
use crate::ports::StoreResult;
use sixin_domain::time::Millis;

/// A store that so many servers use.
struct Servers(i64);

impl StoreCopying for Servers {
    fn snapshot(&self, _: Option<&std::path::Path>) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        unreachable!("nothing is copied")
    }

    fn snapshot_of(&self, _: UserId) -> Result<Box<dyn StoreSnapshot>, CopyError> {
        unreachable!("nothing is copied")
    }

    fn fill(&self, _: &StoreShape) -> Result<Box<dyn StoreFilling>, CopyError> {
        unreachable!("nothing is copied")
    }

    fn servers(&self) -> StoreResult<i64> {
        Ok(self.0)
    }
}

fn user(id: i64, uid: i64, username: &str) -> FresnsUser {
    FresnsUser { id, account: 1, uid, username: username.to_owned(), rest: Vec::new() }
}

const SEEN: SideMarks = SideMarks { is_pinned: false, is_hidden: false, is_read: true };
const PINNED: SideMarks = SideMarks { is_pinned: true, is_hidden: false, is_read: true };

fn said(id: i64, users: [i64; 2], body: FresnsBody) -> FresnsMessage {
    FresnsMessage {
        id,
        users,
        body,
        sent_at: Millis(id * 1000),
        sender_deleted_at: None,
        recipient_deleted_at: None,
        read_at: None,
        is_enabled: true,
    }
}

fn text(id: i64, users: [i64; 2]) -> FresnsMessage {
    said(id, users, FresnsBody::Text(format!("message {id}")))
}

/// Two people whose conversation is kept once for each direction, one who can't come, and whoever writes to them.
fn site() -> MockFresnsSource {
    fn behind<T: Clone>(rows: &[(i64, T)], after: i64, limit: i64) -> Vec<T> {
        let rows = rows.iter().filter(|(id, _)| *id > after).map(|(_, row)| row.clone());
        rows.take(usize::try_from(limit).unwrap()).collect()
    }
    let mut source = MockFresnsSource::new();
    let account = FresnsAccount { id: 1, aid: "one".into(), email: None, phone: None, rest: Vec::new() };
    source.expect_accounts().returning(move |after, limit| Ok(behind(&[(1, account.clone())], after, limit)));
    let users = [user(11, 501, "dora"), user(12, 502, "emil"), user(13, 503, "a,b"), user(14, 504, "777")];
    let users = users.map(|user| (user.id, user));
    source.expect_users().returning(move |after, limit| Ok(behind(&users, after, limit)));
    let mark = |id, user, other| FresnsMark { id, user, other, note: None, is_mutual: false, at: Millis(5) };
    let marks = [mark(1, 11, 12), mark(2, 11, 13), mark(3, 12, 12)].map(|mark| (mark.id, mark));
    source.expect_marks().returning(move |_, after, limit| Ok(behind(&marks, after, limit)));
    let both = |id, users, marks| (id, FresnsConversation { id, users, marks });
    let conversations = [both(7, [11, 12], [PINNED, SEEN]), both(8, [12, 11], [SEEN, SEEN])];
    source.expect_conversations().returning(move |after, limit| Ok(behind(&conversations, after, limit)));
    let messages = [
        text(101, [11, 12]),
        text(102, [12, 11]),
        text(103, [13, 11]),
        said(104, [11, 12], FresnsBody::File(31)),
        said(105, [11, 12], FresnsBody::File(32)),
        said(106, [11, 12], FresnsBody::Nothing),
    ];
    let messages = messages.map(|message| (message.id, message));
    source.expect_messages().returning(move |after, limit| Ok(behind(&messages, after, limit)));
    let file = FresnsFile { id: 31, fid: "f".into(), kind: FileKind::Image, rest: Vec::new() };
    source.expect_files().returning(move |ids| {
        assert_eq!(ids, [31, 32]);
        Ok(vec![file.clone()])
    });
    source
}

fn empty(target: &mut MockImportTarget) {
    target.expect_so_far().returning(|| Ok(ImportedSoFar::default()));
    target.expect_standings().returning(|names| Ok(vec![NameStanding::Free; names.len()]));
}

fn import(target: &MockImportTarget, is_dry: bool) -> Result<ImportReport, ImportError> {
    import_fresns(&mut site(), target, &Servers(0), is_dry, &|_| {})
}

fn counts(report: &ImportReport) -> [u64; 7] {
    [
        report.users,
        report.refused_users,
        report.follows,
        report.conversations,
        report.messages,
        report.foreign_messages,
        report.empty_messages,
    ]
}

#[test]
fn people_come_with_one_conversation_each_and_their_messages_in_order() {
    let mut target = MockImportTarget::new();
    empty(&mut target);
    target.expect_add_accounts().returning(|accounts| Ok(accounts.iter().map(|_| AccountId(3)).collect()));
    target.expect_add_users().returning(|users| {
        assert!(users.iter().all(|(account, _)| *account == AccountId(3)));
        Ok(users.iter().map(|(_, user)| UserId(user.uid)).collect())
    });
    target.expect_add_marks().times(2).returning(|_, marks| {
        assert_eq!(marks.iter().map(|(user, other, _)| (user.0, other.0)).collect::<Vec<_>>(), [(501, 502)]);
        Ok(())
    });
    target.expect_add_files().returning(|files| Ok(files.iter().map(|_| FileId(61)).collect()));
    let added = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&added);
    target.expect_add_messages().returning(move |messages| {
        seen.lock().unwrap().extend_from_slice(messages);
        Ok(())
    });
    let pair = Pair::of(UserId(501), UserId(502)).unwrap();
    target.expect_set_marks().once().withf(move |all| *all == [(pair, [PINNED, SEEN])]).returning(|_| Ok(()));
    let report = import(&target, false).unwrap();
    assert_eq!(counts(&report), [2, 2, 1, 1, 3, 1, 2]);
    assert!(report.refused[0].starts_with("a,b (503): ") && report.refused[1].starts_with("777 (504): "));
    let added = added.lock().unwrap();
    let shown: Vec<_> = added
        .iter()
        .map(|one| (one.id.0, one.conversation_if_new.0, one.sender.0, one.body.is_file()))
        .collect();
    assert_eq!(shown, [(101, 7, 501, false), (102, 7, 502, false), (104, 7, 501, true)]);
}

#[test]
fn a_dry_run_finds_the_same_and_writes_nothing() {
    let mut target = MockImportTarget::new();
    empty(&mut target);
    assert_eq!(counts(&import(&target, true).unwrap()), [2, 2, 1, 1, 3, 1, 2]);
}

#[test]
fn another_run_goes_on_behind_the_last_one_in_the_same_site_only() {
    let again = |last| {
        let mut target = MockImportTarget::new();
        target.expect_so_far().returning(move || {
            Ok(ImportedSoFar { last: Some((MessageId(102), last)), has_own_messages: false })
        });
        target
            .expect_standings()
            .returning(|names| Ok(names.iter().map(|(uid, _)| NameStanding::Same(UserId(uid.0))).collect()));
        import(&target, true)
    };
    let report = again([502, 501]).unwrap();
    assert_eq!((report.users, report.known_users, report.messages), (0, 2, 1));
    assert!(matches!(again([501, 502]), Err(ImportError::OtherSite(102))));
}

#[test]
fn somebody_else_with_the_name_is_not_mixed_up_with_who_comes() {
    let mut target = MockImportTarget::new();
    target.expect_so_far().returning(|| Ok(ImportedSoFar::default()));
    target.expect_standings().returning(|_| Ok(vec![NameStanding::Taken, NameStanding::Free]));
    let report = import(&target, true).unwrap();
    assert_eq!(counts(&report), [1, 3, 0, 0, 0, 6, 0]);
}

#[test]
fn a_site_that_is_in_use_is_not_imported_into() {
    let target = MockImportTarget::new();
    let running = import_fresns(&mut MockFresnsSource::new(), &target, &Servers(2), false, &|_| {});
    assert!(matches!(running, Err(ImportError::InUse(2))));
    let mut target = MockImportTarget::new();
    target.expect_so_far().returning(|| Ok(ImportedSoFar { last: None, has_own_messages: true }));
    assert!(matches!(import(&target, false), Err(ImportError::HasOwnMessages)));
}
