//! What holds for every decorator, and for each of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use sixin_domain::app_key::{AppKey, Dialect, Secret};
use sixin_domain::block_words::BlockWordFilter;
use sixin_domain::id::{AccountId, AppKeyId, RoleId, UserId};
use sixin_domain::role::{RoleBook, UserRole};
use sixin_domain::session::Session;
use sixin_domain::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::Relation;
use sixin_domain::username::{Uid, UserRef, Username};
use tokio::sync::{Notify, Semaphore};

use super::*;
use crate::ports::{
    FoundSession, MockAppKeys, MockBlockWordSource, MockCacheEpochs, MockRelations, MockRoles, MockSessions,
    MockSettingSource, MockUsers, StoreError,
};
use crate::testing::user;

/// The mocked stores, each of which panics when it is asked unexpectedly.
#[derive(Default)]
struct Mocks {
    app_keys: MockAppKeys,
    sessions: MockSessions,
    users: MockUsers,
    relations: MockRelations,
    roles: MockRoles,
    settings: MockSettingSource,
    block_words: MockBlockWordSource,
}

impl Mocks {
    fn stores(self) -> Stores {
        Stores {
            app_keys: Arc::new(self.app_keys),
            sessions: Arc::new(self.sessions),
            users: Arc::new(self.users),
            relations: Arc::new(self.relations),
            roles: Arc::new(self.roles),
            settings: Arc::new(self.settings),
            block_words: Arc::new(self.block_words),
        }
    }

    async fn cached(self) -> Caches {
        let caches = Caches::new(self.stores(), CacheLimits::default());
        caches.refresh(&epochs(0)).await.unwrap();
        caches
    }
}

/// Every topic at that epoch.
fn epochs(epoch: i64) -> MockCacheEpochs {
    let mut epochs = MockCacheEpochs::new();
    epochs.expect_read().returning(move || Ok(Topic::ALL.map(|topic| (topic, epoch)).to_vec()));
    epochs
}

fn gone() -> StoreError {
    StoreError::Unavailable("gone".into())
}

fn app_key(app_id: &str) -> AppKey {
    AppKey {
        id: AppKeyId(1),
        app_id: app_id.into(),
        dialect: Dialect::Fresns,
        platform: 5,
        kind: 1,
        secret: Secret::new("secret"),
        former: None,
        is_enabled: true,
        is_strict: false,
        name: String::new(),
    }
}

#[tokio::test]
async fn a_key_is_asked_for_once_and_again_after_a_drop() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    let caches = mocks.cached().await;
    for _ in 0..3 {
        assert_eq!(caches.app_keys.find("one").await.unwrap(), Some(app_key("one")));
    }
    caches.drop_topic(Topic::AppKeys);
    assert_eq!(caches.app_keys.find("one").await.unwrap(), Some(app_key("one")));
}

#[tokio::test(start_paused = true)]
async fn everything_is_forgotten_once_a_minute_whatever_the_epochs_say() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    let caches = mocks.cached().await;
    for seconds in [0, 59, 1, 1] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        caches.refresh(&epochs(0)).await.unwrap();
        assert!(caches.app_keys.find("one").await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_is_not_there_is_asked_for_each_time() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|_| Ok(None));
    mocks
        .sessions
        .expect_find()
        .times(2)
        .returning(|_, _| Ok(FoundSession { account: Some(AccountId(1)), session: None }));
    mocks.users.expect_find().times(2).returning(|_| Ok(None));
    mocks.users.expect_find_named().times(2).returning(|_| Ok(Vec::new()));
    let caches = mocks.cached().await;
    for _ in 0..2 {
        assert_eq!(caches.app_keys.find("none").await.unwrap(), None);
        assert_eq!(caches.sessions.find("aid", &[0; 32]).await.unwrap().session, None);
        assert_eq!(caches.users.find(&UserRef::Uid(Uid(1))).await.unwrap(), None);
        assert!(caches.users.find_named(&[Username::new("none").unwrap()]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_session_is_kept_for_its_account_and_token_only() {
    let mut mocks = Mocks::default();
    let session = Session { account: AccountId(1), user: None, platform: 5, expired_at: Some(Millis(7)) };
    let found = FoundSession { account: Some(AccountId(1)), session: Some(session) };
    mocks.sessions.expect_find().times(2).returning(move |aid, token| {
        Ok(if aid == "aid" && token[0] == 1 { found } else { FoundSession::default() })
    });
    let caches = mocks.cached().await;
    for _ in 0..3 {
        assert_eq!(caches.sessions.find("aid", &[1; 32]).await.unwrap(), found);
    }
    assert_eq!(caches.sessions.find("aid", &[2; 32]).await.unwrap(), FoundSession::default());
}

#[tokio::test]
async fn a_user_who_was_found_by_either_name_is_known_by_both() {
    let mut mocks = Mocks::default();
    mocks.users.expect_find().once().returning(|_| Ok(Some(user(1, "ann"))));
    let caches = mocks.cached().await;
    let ann = Some(user(1, "ann"));
    assert_eq!(caches.users.find(&UserRef::parse("ann").unwrap()).await.unwrap(), ann);
    assert_eq!(caches.users.find(&UserRef::Uid(Uid(10_001))).await.unwrap(), ann);
}

#[tokio::test]
async fn of_several_users_only_those_not_in_memory_are_asked_for() {
    let mut mocks = Mocks::default();
    mocks.users.expect_find().once().returning(|_| Ok(Some(user(1, "ann"))));
    mocks.users.expect_find_named().once().returning(|names| {
        assert_eq!(names, [Username::new("bob").unwrap()]);
        Ok(vec![user(2, "bob")])
    });
    let caches = mocks.cached().await;
    caches.users.find(&UserRef::Uid(Uid(10_001))).await.unwrap();
    let names = ["ann", "bob"].map(|name| Username::new(name).unwrap());
    for _ in 0..2 {
        let found = caches.users.find_named(&names).await.unwrap();
        assert_eq!(found, [user(1, "ann"), user(2, "bob")]);
    }
}

#[tokio::test]
async fn relations_are_kept_by_direction_also_that_there_is_none() {
    let mut mocks = Mocks::default();
    let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
    let mut asked = vec![vec![UserId(3)], vec![UserId(2), UserId(4)]];
    mocks.relations.expect_between().times(2).returning(move |sender, recipients| {
        assert_eq!((sender, recipients), (UserId(1), asked.pop().unwrap().as_slice()));
        Ok(HashMap::from([(UserId(2), blocked)]))
    });
    let caches = mocks.cached().await;
    let between = async |recipients: &[i64]| {
        let recipients: Vec<_> = recipients.iter().copied().map(UserId).collect();
        caches.relations.between(UserId(1), &recipients).await.unwrap()
    };
    let two_and_four = HashMap::from([(UserId(2), blocked), (UserId(4), Relation::default())]);
    assert_eq!(between(&[2, 4]).await, two_and_four);
    assert_eq!(between(&[2, 4]).await, two_and_four);
    assert_eq!(between(&[2, 3, 4]).await[&UserId(2)], blocked);
    assert_eq!(between(&[3]).await[&UserId(3)], Relation::default());
}

#[tokio::test]
async fn roles_are_kept_with_their_book_also_that_there_is_none() {
    let mut mocks = Mocks::default();
    let role = UserRole { role: RoleId(2), is_main: true, expired_at: Some(Millis(7)), restore_role: None };
    mocks.roles.expect_book().times(2).returning(|| Ok(Arc::new(RoleBook::default())));
    mocks
        .roles
        .expect_of()
        .times(4)
        .returning(move |user| Ok(if user == UserId(1) { vec![role] } else { Vec::new() }));
    let caches = mocks.cached().await;
    for _ in 0..2 {
        for _ in 0..3 {
            caches.roles.book().await.unwrap();
            assert_eq!(caches.roles.of(UserId(1)).await.unwrap(), [role]);
            assert!(caches.roles.of(UserId(2)).await.unwrap().is_empty());
        }
        caches.drop_topic(Topic::Roles);
    }
}

#[tokio::test]
async fn settings_and_block_words_are_kept_each_under_its_own_topic() {
    let mut mocks = Mocks::default();
    mocks.settings.expect_settings().times(2).returning(|| Ok(Arc::new(Settings::default())));
    mocks.block_words.expect_filter().times(2).returning(|| Ok(Arc::new(BlockWordFilter::new([]))));
    let caches = mocks.cached().await;
    for dropped in [Topic::Settings, Topic::BlockWords, Topic::Users] {
        caches.settings.settings().await.unwrap();
        caches.block_words.filter().await.unwrap();
        caches.drop_topic(dropped);
    }
    caches.settings.settings().await.unwrap();
    caches.block_words.filter().await.unwrap();
}

#[tokio::test]
async fn only_topics_whose_epoch_has_changed_are_dropped() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(3).returning(|id| Ok(Some(app_key(id))));
    mocks.settings.expect_settings().once().returning(|| Ok(Arc::new(Settings::default())));
    let caches = mocks.cached().await;
    // It may also have gone back, after a restored backup, or have been lost.
    for app_keys in [Some(0), Some(0), Some(-3), None] {
        let mut epochs = MockCacheEpochs::new();
        epochs.expect_read().returning(move || {
            let all = Topic::ALL.into_iter();
            let present = all.map(|topic| (topic, if topic == Topic::AppKeys { app_keys } else { Some(0) }));
            Ok(present.filter_map(|(topic, epoch)| Some((topic, epoch?))).collect())
        });
        caches.refresh(&epochs).await.unwrap();
        caches.app_keys.find("one").await.unwrap();
        caches.settings.settings().await.unwrap();
    }
}

/// A store that answers what it held when it was asked, but only when it is let.
struct Slow {
    asked: Notify,
    let_go: Semaphore,
    calls: AtomicUsize,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self { asked: Notify::new(), let_go: Semaphore::new(0), calls: AtomicUsize::new(0) })
    }

    /// Answers how many calls there have been.
    async fn call(&self) -> usize {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        self.asked.notify_one();
        self.let_go.acquire().await.unwrap().forget();
        call
    }
}

#[async_trait]
impl AppKeys for Slow {
    async fn find(&self, app_id: &str) -> StoreResult<Option<AppKey>> {
        let is_enabled = self.call().await == 1;
        Ok(Some(AppKey { is_enabled, ..app_key(app_id) }))
    }
}

#[async_trait]
impl BlockWordSource for Slow {
    async fn filter(&self) -> StoreResult<Arc<BlockWordFilter>> {
        if self.call().await == 1 { Ok(Arc::new(BlockWordFilter::new([]))) } else { Err(gone()) }
    }
}

async fn slow() -> (Arc<Slow>, Arc<Caches>) {
    let slow = Slow::new();
    let stores = Stores { app_keys: slow.clone(), block_words: slow.clone(), ..Mocks::default().stores() };
    let caches = Arc::new(Caches::new(stores, CacheLimits::default()));
    caches.refresh(&epochs(0)).await.unwrap();
    (slow, caches)
}

#[tokio::test]
async fn what_was_read_before_a_change_and_arrives_after_the_drop_is_not_kept() {
    let (slow, caches) = slow().await;
    let early = tokio::spawn({
        let caches = Arc::clone(&caches);
        async move { caches.app_keys.find("one").await }
    });
    slow.asked.notified().await;
    // The key is switched off now, and the drop overtakes the answer.
    caches.refresh(&epochs(1)).await.unwrap();
    slow.let_go.add_permits(1);
    assert!(early.await.unwrap().unwrap().unwrap().is_enabled);
    slow.let_go.add_permits(1);
    for _ in 0..2 {
        assert!(!caches.app_keys.find("one").await.unwrap().unwrap().is_enabled);
    }
    assert_eq!(slow.calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_only_answer_of_its_kind_does_not_outlive_a_drop_either() {
    let (slow, caches) = slow().await;
    let early = tokio::spawn({
        let caches = Arc::clone(&caches);
        async move { caches.block_words.filter().await }
    });
    slow.asked.notified().await;
    caches.drop_topic(Topic::BlockWords);
    slow.let_go.add_permits(2);
    assert!(early.await.unwrap().is_ok());
    assert!(caches.block_words.filter().await.is_err());
    assert_eq!(slow.calls.load(Ordering::SeqCst), 2);
}

/// Has a hundred callers wait for the automaton behind one that is already waiting for it.
async fn queued_up(caches: &Arc<Caches>, slow: &Slow) -> Vec<tokio::task::JoinHandle<bool>> {
    let ask = || {
        let caches = Arc::clone(caches);
        tokio::spawn(async move { caches.block_words.filter().await.is_ok() })
    };
    let mut callers = vec![ask()];
    slow.asked.notified().await;
    callers.extend((0..100).map(|_| ask()));
    tokio::task::yield_now().await;
    callers
}

async fn count(callers: Vec<tokio::task::JoinHandle<bool>>) -> usize {
    let mut successes = 0;
    for caller in callers {
        successes += usize::from(caller.await.unwrap());
    }
    successes
}

#[tokio::test]
async fn an_automaton_that_many_wait_for_is_built_once() {
    let (slow, caches) = slow().await;
    let callers = queued_up(&caches, &slow).await;
    slow.let_go.add_permits(1);
    assert_eq!(count(callers).await, 101);
    assert_eq!(slow.calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn those_who_queue_up_before_a_dead_store_share_its_answer() {
    let (slow, caches) = slow().await;
    slow.calls.store(1, Ordering::SeqCst);
    let callers = queued_up(&caches, &slow).await;
    slow.let_go.add_permits(1000);
    assert_eq!(count(callers).await, 0);
    // The first failure answers the first caller, the second one all others.
    assert_eq!(slow.calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_work_to_the_next() {
    let (slow, caches) = slow().await;
    let callers = queued_up(&caches, &slow).await;
    callers[0].abort();
    slow.calls.store(0, Ordering::SeqCst);
    slow.let_go.add_permits(1);
    assert_eq!(count(callers.into_iter().skip(1).collect()).await, 100);
}

#[tokio::test(start_paused = true)]
async fn memory_is_not_trusted_before_the_epochs_were_read() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    mocks.settings.expect_settings().times(2).returning(|| Ok(Arc::new(Settings::default())));
    let caches = Caches::new(mocks.stores(), CacheLimits::default());
    for _ in 0..2 {
        caches.app_keys.find("one").await.unwrap();
        caches.settings.settings().await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn memory_is_trusted_for_two_seconds_without_epochs_and_again_when_they_are_back() {
    let mut mocks = Mocks::default();
    let mut answers = 0;
    mocks.app_keys.expect_find().times(2).returning(move |id| {
        answers += 1;
        if answers == 1 { Ok(Some(app_key(id))) } else { Err(gone()) }
    });
    let mut answers = 0;
    mocks.settings.expect_settings().times(2).returning(move || {
        answers += 1;
        if answers == 1 { Ok(Arc::new(Settings::default())) } else { Err(gone()) }
    });
    let caches = mocks.cached().await;
    let works = async || {
        let works = caches.app_keys.find("one").await.is_ok();
        assert_eq!(caches.settings.settings().await.is_ok(), works);
        works
    };
    assert!(works().await);
    let mut broken = MockCacheEpochs::new();
    broken.expect_read().returning(|| Err(gone()));
    tokio::time::advance(Duration::from_millis(1990)).await;
    assert!(caches.refresh(&broken).await.is_err());
    assert!(works().await);
    tokio::time::advance(Duration::from_millis(20)).await;
    assert!(!works().await);
    // Nothing has changed meanwhile, so what was kept is as good as before.
    caches.refresh(&epochs(0)).await.unwrap();
    assert!(works().await);
}

#[tokio::test(start_paused = true)]
async fn trust_counts_from_the_moment_the_epochs_were_asked_for() {
    let mut mocks = Mocks::default();
    mocks.app_keys.expect_find().times(2).returning(|id| Ok(Some(app_key(id))));
    let caches = mocks.cached().await;
    struct Late;
    #[async_trait]
    impl CacheEpochs for Late {
        async fn read(&self) -> StoreResult<Vec<(Topic, i64)>> {
            tokio::time::sleep(Duration::from_millis(2100)).await;
            Ok(Topic::ALL.map(|topic| (topic, 0)).to_vec())
        }
    }
    caches.refresh(&Late).await.unwrap();
    caches.app_keys.find("one").await.unwrap();
    caches.app_keys.find("one").await.unwrap();
}

#[tokio::test]
async fn a_flood_of_others_does_not_push_out_what_is_in_use_nor_fill_memory() {
    let mut mocks = Mocks::default();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    mocks.relations.expect_between().returning(move |sender, _| {
        counted.fetch_add(usize::from(sender == UserId(0)), Ordering::SeqCst);
        Ok(HashMap::new())
    });
    let caches = Caches::new(mocks.stores(), CacheLimits { entries: 3200 });
    caches.refresh(&epochs(0)).await.unwrap();
    let in_use = async || {
        for recipient in 1..=100 {
            caches.relations.between(UserId(0), &[UserId(recipient)]).await.unwrap();
        }
    };
    for _ in 0..3 {
        in_use().await;
    }
    for stranger in 0..20_000 {
        caches.relations.between(UserId(1), &[UserId(stranger)]).await.unwrap();
    }
    in_use().await;
    assert_eq!(calls.load(Ordering::SeqCst), 100);
}

#[tokio::test]
async fn a_user_with_long_texts_takes_the_room_of_many() {
    let mut mocks = Mocks::default();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    mocks.users.expect_find().returning(move |wanted| {
        counted.fetch_add(1, Ordering::SeqCst);
        let UserRef::Uid(uid) = wanted else { return Ok(None) };
        let mut found = user(uid.0, &format!("u{uid}"));
        found.uid = *uid;
        found.profile.bio = Some("x".repeat(64 * 1024));
        Ok(Some(found))
    });
    let caches = Caches::new(mocks.stores(), CacheLimits { entries: 3200 });
    caches.refresh(&epochs(0)).await.unwrap();
    for _ in 0..2 {
        for uid in 1..=100 {
            caches.users.find(&UserRef::Uid(Uid(uid))).await.unwrap();
        }
    }
    assert!(calls.load(Ordering::SeqCst) > 150, "{calls:?}");
}
