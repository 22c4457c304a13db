//! An API of this dialect alone, over mocks.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use sixin_application::access::authenticate_back_end::{BackEnd, MockAuthenticateBackEnd};
use sixin_application::conversations::keep_tags::MockKeepTags;
use sixin_application::delivery::passes::MockLivePasses;
use sixin_application::delivery::presence::MockShowPresence;
use sixin_application::files::read_file::MockReadFile;
use sixin_application::messages::change_messages::MockChangeMessages;
use sixin_application::messages::expand_messages::MockExpandMessages;
use sixin_application::messages::grow_messages::MockGrowMessages;
use sixin_application::messages::read_history::MockReadHistory;
use sixin_application::messages::read_logs::MockReadLogs;
use sixin_application::sending::publish_message::MockPublishMessage;
use sixin_application::site::keep_sensitive_words::MockKeepSensitiveWords;
use sixin_application::users::keep_friends::MockKeepFriends;
use sixin_application::users::keep_preferences::MockKeepPreferences;
use sixin_application::users::keep_profiles::MockKeepProfiles;
use sixin_application::users::keep_user_lists::MockKeepUserLists;
use sixin_application::users::keep_users::MockKeepUsers;
use sixin_application::users::ports::MockUsers;
use sixin_application::users::restrict_users::MockRestrictUsers;
use sixin_domain::access::app_key::{AppKey, Dialect, MAIN_API, Secret};
use sixin_domain::id::AppKeyId;
use sixin_domain::sending::limits::Limits;
use sixin_web::testing::{SharedMocks, file_links, limits, secrets, settings};
use sixin_web::{HttpApi, HttpLimits};

use crate::api::RongCloudApi;
use crate::openapi;

/// The document, which takes long to write.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| sixin_web::openapi::document("", "0", vec![openapi::description()]));

/// The mocks behind an API. Those that are not told what to expect fail the test when they are asked.
#[derive(Default)]
pub(crate) struct Mocks {
    pub(crate) back_end: MockAuthenticateBackEnd,
    pub(crate) publish: MockPublishMessage,
    pub(crate) change_messages: MockChangeMessages,
    pub(crate) grow_messages: MockGrowMessages,
    pub(crate) expand_messages: MockExpandMessages,
    pub(crate) history: MockReadHistory,
    pub(crate) users: MockKeepUsers,
    pub(crate) presence: MockShowPresence,
    pub(crate) lists: MockKeepUserLists,
    pub(crate) restrictions: MockRestrictUsers,
    pub(crate) preferences: MockKeepPreferences,
    pub(crate) friends: MockKeepFriends,
    pub(crate) profiles: MockKeepProfiles,
    pub(crate) tags: MockKeepTags,
    pub(crate) sensitive_words: MockKeepSensitiveWords,
    pub(crate) logs: MockReadLogs,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) http: HttpLimits,
}

impl Mocks {
    pub(crate) fn api(self) -> HttpApi {
        let dialect = RongCloudApi {
            authenticate_back_end: Arc::new(self.back_end),
            publish_message: Arc::new(self.publish),
            change_messages: Arc::new(self.change_messages),
            grow_messages: Arc::new(self.grow_messages),
            expand_messages: Arc::new(self.expand_messages),
            read_history: Arc::new(self.history),
            live_passes: Arc::new(MockLivePasses::new()),
            presence: Arc::new(self.presence),
            users: Arc::new(MockUsers::new()),
            keep_users: Arc::new(self.users),
            keep_user_lists: Arc::new(self.lists),
            restrict_users: Arc::new(self.restrictions),
            keep_preferences: Arc::new(self.preferences),
            keep_friends: Arc::new(self.friends),
            keep_profiles: Arc::new(self.profiles),
            keep_tags: Arc::new(self.tags),
            keep_sensitive_words: Arc::new(self.sensitive_words),
            read_logs: Arc::new(self.logs),
            file_links: file_links(),
            settings: settings(self.settings),
            secrets: Arc::new(secrets()),
            limits: Limits::default(),
            keys_live_ms: 86_400_000,
            http: limits(self.http.clone()),
        };
        let shared = SharedMocks { http: self.http, ..SharedMocks::default() };
        shared.api(vec![Arc::new(dialect)], &DOCUMENT, Arc::new(MockReadFile::new()))
    }
}

/// A back end with an ordinary key.
pub(crate) fn back_end() -> BackEnd {
    let app_key = AppKey {
        id: AppKeyId(1),
        app_id: "your-app-key".into(),
        dialect: Dialect::RongCloud,
        platform: 0,
        kind: MAIN_API,
        secret: Secret::new("s"),
        former: None,
        is_enabled: true,
        is_strict: false,
        name: String::new(),
        sends_per_minute: None,
    };
    BackEnd { app_key, nonce: None }
}
