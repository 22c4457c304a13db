//! What holds for every decorator, and for each of them.

mod at_once;
mod trust;
mod writes;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sixin_domain::access::app_key::{AppKey, Dialect, Secret};
use sixin_domain::access::session::Session;
use sixin_domain::id::{AccountId, AppKeyId, RoleId, UserId};
use sixin_domain::site::block_words::BlockWordFilter;
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, UserRef, Username};
use sixin_domain::user::{ConversationLimit, Profile, Relation, Restrictions, User};

use super::*;
use sixin_application::access::ports::{FoundSession, MockAppKeys, MockSessions};
use sixin_application::hooks::ports::MockHookRules;
use sixin_application::ports::{MockCacheEpochs, StoreError};
use sixin_application::site::ports::{MockBlockWordSource, MockRoles, MockSettingSource};
use sixin_application::users::ports::{MockRelations, MockUsers};

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
    hooks: MockHookRules,
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
            hooks: Arc::new(self.hooks),
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
        sends_per_minute: None,
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
    let found = signed_in();
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
async fn settings_block_words_and_hooks_are_kept_each_under_its_own_topic() {
    let mut mocks = Mocks::default();
    mocks.settings.expect_settings().times(2).returning(|| Ok(Arc::new(Settings::default())));
    mocks.block_words.expect_filter().times(2).returning(|| Ok(Arc::new(BlockWordFilter::new([]))));
    mocks.hooks.expect_rules().times(2).returning(|| Ok(Arc::default()));
    let caches = mocks.cached().await;
    for dropped in [Topic::Settings, Topic::BlockWords, Topic::Hooks, Topic::Users] {
        caches.settings.settings().await.unwrap();
        caches.block_words.filter().await.unwrap();
        caches.hooks.rules().await.unwrap();
        caches.drop_topic(dropped);
    }
    caches.settings.settings().await.unwrap();
    caches.block_words.filter().await.unwrap();
    caches.hooks.rules().await.unwrap();
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
        let changed = Arc::make_mut(&mut found);
        changed.uid = *uid;
        changed.profile.bio = Some("x".repeat(64 * 1024));
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

/// A user without any peculiarity.
fn user(id: i64, name: &str) -> Arc<User> {
    Arc::new(User {
        id: UserId(id),
        account: AccountId(1),
        uid: Uid(id + 10_000),
        username: Username::new(name).unwrap(),
        conversation_limit: ConversationLimit::Everybody,
        is_verified: false,
        is_enabled: true,
        restrictions: Restrictions::default(),
        expired_at: None,
        deleted_at: None,
        profile: Profile::default(),
    })
}

/// What is found of somebody who is signed in.
fn signed_in() -> FoundSession {
    let session = Session { account: AccountId(1), user: None, platform: 5, expired_at: Some(Millis(7)) };
    FoundSession { account: Some(AccountId(1)), session: Some(session) }
}
