//! Every write that a user can see is heard once it is committed, and none is heard that was not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use sixin_application::conversations::ports::{
    ConversationChanges, ConversationPins, ConversationTags, Pin, Tagging,
};
use sixin_application::delivery::ports::{CommitListener, EventLog};
use sixin_application::messages::ports::{GrowingMessages, MessageChanges, MessageExpansions};
use sixin_application::operations::ports::{NewSession, SessionAdmin, UserAdmin};
use sixin_application::sending::ports::MessageStore;
use sixin_application::users::ports::{
    BackEndUsers, DeviceTokens, ListKind, ListSet, Mark, PushPreferences, RelationChanges, Remarks,
    Restriction, ShownAs, UserChanges, UserLists, UserRestrictions,
};
use sixin_domain::access::app_key::Secret;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::conversation::tag::{Tag, TagId};
use sixin_domain::event::{Event, Tie};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::log::{Commit, LogEntry, Position};
use sixin_domain::message::body::Body;
use sixin_domain::message::expansion::{Edit, Expansion};
use sixin_domain::message::growing::{Piece, Said};
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::user::profile_edit::ProfileEdit;
use sixin_domain::user::push_preferences::NotificationLevel;

use crate::faults::{Step, under};
use crate::tests::conversations::views::{seat, text};
use crate::tests::harness::{NOW, RECALL, TestDatabase};
use crate::tests::on_every_database;

on_every_database!(
    every_write_that_a_user_can_see_is_heard,
    what_changes_nothing_is_not_heard,
    what_is_rolled_back_is_not_heard_and_what_was_committed_unseen_is,
    events_of_one_conversation_come_in_the_order_of_their_commits,
);

#[derive(Default)]
pub(crate) struct Heard(Mutex<Vec<Event>>, Mutex<Vec<LogEntry>>);

impl Heard {
    /// Listens to a database.
    pub(crate) fn of(db: &TestDatabase) -> Arc<Self> {
        let heard = Arc::new(Self::default());
        db.database.hear(heard.clone());
        heard
    }

    /// What was heard since the last time.
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn names(&self) -> Vec<&'static str> {
        self.take().iter().map(Event::name).collect()
    }
}

impl CommitListener for Heard {
    fn committed(&self, commit: &Commit) {
        self.0.lock().unwrap().extend_from_slice(&commit.events);
        self.1.lock().unwrap().extend(commit.entries());
    }
}

const ONE: UserId = UserId(1);
const OTHER: UserId = UserId(2);

fn every_write_that_a_user_can_see_is_heard(db: &TestDatabase) {
    for name in ["ann", "bob"] {
        db.user(name);
    }
    let heard = Heard::of(db);
    let id = text(db, 1, 2, 0);
    let message = match heard.take().pop() {
        Some(Event::MessageStored { sender: ONE, placed, sender_visible: true }) => placed.id,
        other => panic!("{other:?}"),
    };
    let mut all = BTreeSet::from(["message_stored"]);
    let mut is_heard = |names: &[&'static str]| {
        assert_eq!(heard.names(), names);
        all.extend(names);
    };
    conversations(db, id, message, &mut is_heard);
    users(db, &mut is_heard);
    sessions(db, &mut is_heard);
    messages(db, text(db, 1, 2, 9), &mut is_heard);
    assert_eq!(all.len(), 20, "an event nobody makes, or one that this test does not: {all:?}");
    // What was heard stands in the log, each in its place.
    let head = db.wait(db.database.head()).unwrap().position;
    let logged = db.wait(db.database.entries(Position(0), head, 1000)).unwrap().entries;
    assert_eq!(logged, std::mem::take(&mut *heard.1.lock().unwrap()));
    assert_eq!(logged.last().map(|entry| entry.position), Some(head));
}

type IsHeard<'a> = &'a mut dyn FnMut(&[&'static str]);

fn conversations(db: &TestDatabase, id: i64, message: MessageId, is_heard: IsHeard<'_>) {
    let (store, seat) = (&db.database, seat(id, 2, 1));
    db.wait(store.mark_messages_read(OTHER, &[message], NOW)).unwrap();
    is_heard(&["messages_read"]);
    db.wait(store.mark_read(seat, NOW)).unwrap();
    is_heard(&["conversation_read"]);
    db.wait(store.toggle_pin(seat, NOW)).unwrap();
    is_heard(&["conversation_pinned"]);
    let pair = Pair::of(ONE, OTHER).unwrap();
    let pin = Pin { pair, owner: ONE, is_pinned: true, id_if_new: ConversationId(1) };
    db.wait(ConversationPins::set(store, pin, NOW)).unwrap();
    is_heard(&["conversation_pinned"]);
    db.wait(store.delete_messages(OTHER, &[message], NOW)).unwrap();
    is_heard(&["messages_deleted"]);
    db.wait(store.clear(ConversationId(id), ONE, 1, NOW)).unwrap();
    is_heard(&["history_cleared"]);
    db.wait(ConversationChanges::delete(store, seat, NOW)).unwrap();
    is_heard(&["conversation_deleted"]);
}

fn messages(db: &TestDatabase, id: i64, is_heard: IsHeard<'_>) {
    is_heard(&["message_stored"]);
    let store = &db.database;
    let message = MessageId(db.number(&format!(
        "SELECT MAX(id) AS number FROM conversation_messages WHERE conversation_id = {id}"
    )));
    let edit = Edit::Set([("a".to_owned(), "b".to_owned())].into());
    let before = Expansion { initial: BTreeMap::new(), sent_at: NOW, changes: BTreeMap::new() };
    db.wait(MessageExpansions::edit(store, message, before, edit, NOW)).unwrap().unwrap();
    is_heard(&["message_expanded"]);
    let mut stream = db.unit(1, &[2], "");
    let content = r#"{"content":"a","complete":false,"seq":1}"#.to_owned();
    stream.envelope.body = Body::Typed { object_name: ObjectName::stream(), content, text: None };
    let growing = db.store(stream)[0].id;
    let last = Piece { seq: 2, said: Said::More("b".into()), ends: Some(0) };
    db.wait(GrowingMessages::add(store, growing, &last, NOW, 999)).unwrap().unwrap();
    is_heard(&["message_stored", "message_grown"]);
    db.wait(store.rewrite(message, &Body::Text("new".into()), NOW)).unwrap();
    is_heard(&["message_edited"]);
    db.wait(store.recall(message, RECALL, NOW)).unwrap();
    is_heard(&["message_recalled"]);
}

fn users(db: &TestDatabase, is_heard: IsHeard<'_>) {
    let store = &db.database;
    db.wait(store.toggle(Mark::Follow, ONE, OTHER, 9, NOW)).unwrap();
    is_heard(&["tie_set"]);
    for kind in [ListKind::Black, ListKind::White] {
        let set = ListSet { kind, owner: ONE, others: vec![OTHER], is_listed: true, most: 9 };
        db.wait(UserLists::set(store, set, NOW)).unwrap();
        is_heard(&["tie_set"]);
    }
    db.wait(store.set_blocked(ONE, OTHER, false, NOW)).unwrap();
    is_heard(&["tie_set"]);
    db.wait(Remarks::set(store, ONE, vec![(OTHER, "Bo".into())], 9, NOW)).unwrap();
    db.wait(Remarks::remove(store, ONE, OTHER)).unwrap();
    is_heard(&["remarks_set", "remarks_set"]);
    let (id, name) = (TagId::new("t").unwrap(), "T".to_owned());
    let tags = vec![Tag { id: id.clone(), name }];
    db.wait(ConversationTags::set(store, ONE, tags, 9, NOW)).unwrap();
    let tagging = Tagging { owner: ONE, tag: id.clone(), others: vec![OTHER], is_on: true, most: 9 };
    db.wait(ConversationTags::put(store, tagging, NOW)).unwrap();
    db.wait(ConversationTags::remove(store, ONE, vec![id], NOW)).unwrap();
    is_heard(&["tags_changed", "tags_changed", "tags_changed"]);
    db.wait(store.set_period(ONE, None, NOW)).unwrap();
    is_heard(&["push_period_set"]);
    db.wait(store.set_level(ONE, Some(OTHER), NotificationLevel::default(), NOW)).unwrap();
    is_heard(&["notification_level_set"]);
    let edit = ProfileEdit { nickname: Some("Ann".into()), ..ProfileEdit::default() };
    db.wait(UserChanges::edit(store, ONE, &edit, NOW)).unwrap();
    db.wait(store.show(ONE, ShownAs { nickname: Some("A".into()), portrait: None }, NOW)).unwrap();
    is_heard(&["profile_changed", "profile_changed"]);
    db.wait(store.restrict(&[ONE, OTHER], Restriction::Muted(true), NOW)).unwrap();
    is_heard(&["user_state_changed", "user_state_changed"]);
    db.wait(UserAdmin::set_enabled(store, ONE, true)).unwrap();
    is_heard(&["user_state_changed"]);
    db.wait(DeviceTokens::expire(store, &[ONE], NOW)).unwrap();
    is_heard(&["device_tokens_expired"]);
}

fn sessions(db: &TestDatabase, is_heard: IsHeard<'_>) {
    let store = &db.database;
    let account = db.user("cid").account;
    let session =
        NewSession { account, user: None, platform: 5, token: [7; 32], created_at: NOW, expired_at: None };
    db.wait(SessionAdmin::add(store, &session)).unwrap();
    is_heard(&[]);
    db.wait(SessionAdmin::add(store, &NewSession { token: [8; 32], ..session })).unwrap();
    is_heard(&["sessions_ended"]);
    db.wait(store.end(account, None, 5)).unwrap();
    is_heard(&["sessions_ended"]);
    db.wait(store.revoke(ONE, None)).unwrap();
    is_heard(&["sessions_ended"]);
    db.wait(store.set_password(account, &Secret::new("hash"), NOW)).unwrap();
    is_heard(&["sessions_ended"]);
    let gone = db.user("dan").id;
    db.wait(UserAdmin::delete(store, gone, NOW)).unwrap();
    is_heard(&["user_state_changed", "sessions_ended"]);
}

fn what_changes_nothing_is_not_heard(db: &TestDatabase) {
    let id = text(db, 1, 2, 0);
    let heard = Heard::of(db);
    let stranger = MessageId(77);
    db.wait(db.database.mark_messages_read(OTHER, &[stranger], NOW)).unwrap();
    db.wait(db.database.delete_messages(OTHER, &[stranger], NOW)).unwrap();
    db.wait(db.database.recall(stranger, RECALL, NOW)).unwrap();
    db.wait(db.database.clear(ConversationId(id), ONE, 0, NOW)).unwrap();
    let nobody =
        ListSet { kind: ListKind::Black, owner: ONE, others: vec![OTHER], is_listed: false, most: 9 };
    db.wait(UserLists::set(&db.database, nobody, NOW)).unwrap();
    assert_eq!(heard.take(), []);
}

fn what_is_rolled_back_is_not_heard_and_what_was_committed_unseen_is(db: &TestDatabase) {
    let heard = Heard::of(db);
    let lost = diesel::result::Error::BrokenTransactionManager;
    let mut once = Some(lost);
    let unit = db.unit(1, &[2], "hi");
    let fails =
        move |at: Step| move |step: Step| if step == at { once.take().map_or(Ok(()), Err) } else { Ok(()) };
    let stored = under(fails(Step::Committed), || db.database.append(vec![unit]).pop().unwrap());
    let placed = stored.unwrap().placed;
    let events: Vec<Event> = placed
        .iter()
        .map(|&placed| Event::MessageStored { sender: ONE, placed, sender_visible: true })
        .collect();
    assert_eq!(heard.take(), events, "COMMIT was carried out, its answer was lost");
    let failed = db.wait(db.database.change(|conn, events| {
        events.push(Event::TieSet { tie: Tie::Block, owner: ONE, other: OTHER, is_set: true });
        diesel::RunQueryDsl::execute(diesel::sql_query("SELECT nothing FROM nowhere"), conn)
    }));
    assert!(failed.is_err());
    assert_eq!(heard.take(), []);
}

fn events_of_one_conversation_come_in_the_order_of_their_commits(db: &TestDatabase) {
    text(db, 1, 2, 0);
    let heard = Heard::of(db);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    db.database.append(vec![db.unit(1, &[2], "hi")]).pop().unwrap().unwrap();
                }
            });
        }
    });
    let seq = |event: Event| match event {
        Event::MessageStored { placed, .. } => placed.place.unwrap().1,
        other => panic!("{other:?}"),
    };
    let order: Vec<i64> = heard.take().into_iter().map(seq).collect();
    assert_eq!(order, (2..=101).collect::<Vec<_>>());
}

/// Writes that nobody is told of, by file: credentials of apps, new tokens, keys used once, what is kept about files, mostly before they are
/// sent, leases, who is connected, the name of the history, settings, words and roles (which have epochs), sweeping,
/// devices that are woken and what they have acknowledged, whom users watch, what hooks are and say, users who are new, a store that is
/// filled and that nobody uses yet, and operators and what is written down of them.
const UNHEARD: [(&str, usize); 32] = [
    ("access/accounts.rs", 4),
    ("access/app_keys.rs", 4),
    ("access/nonce_uses.rs", 1),
    ("commits.rs", 1),
    ("copying/filling.rs", 1),
    ("files/stored.rs", 3),
    ("files/unsent.rs", 2),
    ("hooks/decisions.rs", 1),
    ("hooks/rules.rs", 3),
    ("importing/mod.rs", 1),
    ("log/mod.rs", 1),
    ("log/watches.rs", 2),
    ("messages/logs.rs", 1),
    ("operations/aged_rows.rs", 1),
    ("operations/leases.rs", 3),
    ("operators/accounts.rs", 2),
    ("operators/audit.rs", 1),
    ("operators/second_factors.rs", 2),
    ("operators/signed_in.rs", 5),
    ("push/acks.rs", 1),
    ("push/devices.rs", 3),
    ("push/progress.rs", 3),
    ("sending/settle.rs", 1),
    ("site/block_words.rs", 2),
    ("site/roles.rs", 1),
    ("site/secrets.rs", 1),
    ("site/sensitive_words.rs", 2),
    ("site/settings.rs", 2),
    ("users/back_end_users.rs", 1),
    ("users/lookup.rs", 1),
    ("webhooks/admin.rs", 6),
    ("webhooks/work.rs", 8),
];

#[test]
fn no_other_write_bypasses_those_who_listen() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    count_writes(&source, &source, &mut found);
    found.sort();
    let expected: Vec<(String, usize)> =
        UNHEARD.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect();
    assert_eq!(found, expected, "use `change` and say what happened, or add the write here with its reason");
}

fn count_writes(folder: &Path, source: &Path, found: &mut Vec<(String, usize)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(source).unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                count_writes(&path, source, found);
            }
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let count = text.matches(".write(").count();
        if count > 0 {
            found.push((name, count));
        }
    }
}
