//! What profiles of a server under load name beside the kernel and the database: signature checks, block words, and a
//! request's way through the handlers, from its bytes to those of the answer.
//!
//! `cargo bench -p sixin-bench` tells how each has changed since it was last run.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "criterion's macros make public items; a benchmark may panic"
)]

#[allow(dead_code, reason = "the server that answers at once is started by the benchmark of the whole")]
#[path = "../src/at_once.rs"]
mod at_once;

use std::hint::black_box;
use std::sync::Arc;

use actix_web::test::{TestRequest, call_and_read_body, init_service};
use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use sixin::Apis;
use sixin::signed_request::{FresnsCaller, SignedRequest, fresns_request, rongcloud_request};
use sixin::system::{SystemClock, SystemSecrets};
use sixin_application::access::authenticate_back_end::{
    AuthenticateBackEnd, BackEnd, BackEndCredentials, BackEndRefusal,
};
use sixin_application::access::authenticate_user::{
    AuthenticateUser, Caller, CallerRefusal, UserCredentials, Visitor,
};
use sixin_application::access::login_tokens::MockLoginTokens;
use sixin_application::access::ports::{Signatures, SignedParts};
use sixin_application::access::sign_in::MockSignIn;
use sixin_application::conversations::change_conversations::MockChangeConversations;
use sixin_application::conversations::keep_tags::MockKeepTags;
use sixin_application::conversations::read_conversations::MockReadConversations;
use sixin_application::delivery::passes::MockLivePasses;
use sixin_application::delivery::ports::MockLogHead;
use sixin_application::delivery::presence::MockShowPresence;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::MockReadFile;
use sixin_application::files::upload_file::MockUploadFile;
use sixin_application::messages::change_messages::MockChangeMessages;
use sixin_application::messages::expand_messages::MockExpandMessages;
use sixin_application::messages::grow_messages::MockGrowMessages;
use sixin_application::messages::read_history::MockReadHistory;
use sixin_application::messages::read_logs::MockReadLogs;
use sixin_application::operations::health::{CheckHealth, Health};
use sixin_application::ports::{Clock, StoreResult};
use sixin_application::push::keep_devices::MockKeepDevices;
use sixin_application::sending::ports::NonceUse;
use sixin_application::site::keep_sensitive_words::MockKeepSensitiveWords;
use sixin_application::site::ports::{MockBlockWordList, MockBlockWordSource, MockRoles, SettingSource};
use sixin_application::users::edit_user::MockEditUser;
use sixin_application::users::keep_friends::MockKeepFriends;
use sixin_application::users::keep_preferences::MockKeepPreferences;
use sixin_application::users::keep_profiles::MockKeepProfiles;
use sixin_application::users::keep_user_lists::MockKeepUserLists;
use sixin_application::users::keep_users::MockKeepUsers;
use sixin_application::users::mark_user::MockMarkUser;
use sixin_application::users::ports::{MockRelations, MockUsers};
use sixin_application::users::profiles::Profiles;
use sixin_application::users::restrict_users::MockRestrictUsers;
use sixin_application::users::show_user::MockShowUser;
use sixin_domain::access::app_key::{AppKey, Dialect, MAIN_API, Secret};
use sixin_domain::access::session::Login;
use sixin_domain::id::{AccountId, AppKeyId, UserId};
use sixin_domain::sending::limits::Limits;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter, WordMode};
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::{Uid, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};
use sixin_fresns::FresnsApi;
use sixin_rongcloud::RongCloudApi;
use sixin_signature::HttpSignatures;
use sixin_web::{HttpApi, HttpLimits, Shared};

const SECRET: &str = "M7r2Kc0VbYd9QwLs3HfTz8XnJp6EuGa1";
const TEXT: &str = "晚上一起吃饭吗? 老地方见. See you at eight, and please bring the tickets with you!";

/// Lets everybody in; what signatures cost is measured by itself.
struct OpenDoor;

#[async_trait]
impl AuthenticateUser for OpenDoor {
    async fn authenticate(&self, _: &UserCredentials) -> Result<Caller, CallerRefusal> {
        let user = User {
            id: UserId(1),
            account: AccountId(1),
            uid: Uid(12_345_678),
            username: Username::new("user-0001").unwrap(),
            conversation_limit: ConversationLimit::Everybody,
            is_verified: false,
            is_enabled: true,
            restrictions: Restrictions::default(),
            expired_at: None,
            deleted_at: None,
            profile: Profile {
                nickname: "user-0001".into(),
                created_at: SystemClock.now(),
                ..Profile::default()
            },
        };
        Ok(Caller {
            user: Arc::new(user),
            app_key: AppKeyId(1),
            own_rate: None,
            settings: Arc::new(Settings::default()),
            nonce: None,
        })
    }

    async fn admit(&self, _: &UserCredentials, _: Login) -> Result<Visitor, CallerRefusal> {
        // Nobody asks.
        Err(CallerRefusal::KeyUnknown)
    }

    async fn identify(&self, credentials: &UserCredentials) -> Result<Caller, CallerRefusal> {
        AuthenticateUser::authenticate(self, credentials).await
    }

    async fn spend(&self, _: &NonceUse) -> StoreResult<bool> {
        Ok(true)
    }
}

#[async_trait]
impl AuthenticateBackEnd for OpenDoor {
    async fn authenticate(&self, _: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal> {
        let app_key = AppKey {
            id: AppKeyId(1),
            app_id: "app".into(),
            dialect: Dialect::RongCloud,
            platform: 0,
            kind: MAIN_API,
            secret: Secret::new(SECRET),
            former: None,
            is_enabled: true,
            is_strict: false,
            name: String::new(),
            sends_per_minute: None,
        };
        Ok(BackEnd { app_key, nonce: None })
    }

    async fn admit(&self, credentials: &BackEndCredentials) -> Result<BackEnd, BackEndRefusal> {
        AuthenticateBackEnd::authenticate(self, credentials).await
    }

    async fn spend(&self, _: &NonceUse) -> StoreResult<bool> {
        Ok(true)
    }
}

#[async_trait]
impl CheckHealth for OpenDoor {
    async fn check(&self) -> Health {
        Health {
            database_reachable: true,
            migrated: true,
            queue_stuck: false,
            has_number: true,
            write_failure: None,
            weakness: None,
        }
    }
}

#[async_trait]
impl SettingSource for OpenDoor {
    async fn settings(&self) -> StoreResult<Arc<Settings>> {
        Ok(Arc::new(Settings::default()))
    }
}

/// What is shown of users, where nobody looks.
fn profiles() -> Profiles {
    Profiles {
        users: Arc::new(MockUsers::new()),
        roles: Arc::new(MockRoles::new()),
        relations: Arc::new(MockRelations::new()),
        clock: Arc::new(SystemClock),
    }
}

fn api() -> HttpApi {
    let (door, at_once) = (Arc::new(OpenDoor), Arc::new(at_once::AtOnce::default()));
    let file_links = Arc::new(FileLinks {
        secret: Secret::new(SECRET),
        signatures: Arc::new(HttpSignatures),
        clock: Arc::new(SystemClock),
    });
    // Nobody asks the mocks.
    let read_file = Arc::new(MockReadFile::new());
    let rongcloud = RongCloudApi {
        authenticate_back_end: door.clone(),
        publish_message: at_once.clone(),
        change_messages: Arc::new(MockChangeMessages::new()),
        grow_messages: Arc::new(MockGrowMessages::new()),
        expand_messages: Arc::new(MockExpandMessages::new()),
        read_history: Arc::new(MockReadHistory::new()),
        read_logs: Arc::new(MockReadLogs::new()),
        live_passes: Arc::new(MockLivePasses::new()),
        presence: Arc::new(MockShowPresence::new()),
        users: Arc::new(MockUsers::new()),
        keep_users: Arc::new(MockKeepUsers::new()),
        keep_user_lists: Arc::new(MockKeepUserLists::new()),
        restrict_users: Arc::new(MockRestrictUsers::new()),
        keep_preferences: Arc::new(MockKeepPreferences::new()),
        keep_friends: Arc::new(MockKeepFriends::new()),
        keep_profiles: Arc::new(MockKeepProfiles::new()),
        keep_tags: Arc::new(MockKeepTags::new()),
        keep_sensitive_words: Arc::new(MockKeepSensitiveWords::new()),
        file_links: file_links.clone(),
        settings: door.clone(),
        secrets: Arc::new(SystemSecrets),
        limits: Limits::default(),
        keys_live_ms: 86_400_000,
        http: HttpLimits::default(),
    };
    let fresns = FresnsApi {
        authenticate_user: door.clone(),
        sign_in: Arc::new(MockSignIn::new()),
        login_tokens: Arc::new(MockLoginTokens::new()),
        devices: Arc::new(MockKeepDevices::new()),
        send_message: at_once,
        read_conversations: Arc::new(MockReadConversations::new()),
        change_conversations: Arc::new(MockChangeConversations::new()),
        show_user: Arc::new(MockShowUser::new()),
        log_head: Arc::new(MockLogHead::new()),
        profiles: Arc::new(profiles()),
        edit_user: Arc::new(MockEditUser::new()),
        mark_user: Arc::new(MockMarkUser::new()),
        upload_file: Arc::new(MockUploadFile::new()),
        read_file: read_file.clone(),
        file_links,
        block_words: Arc::new(MockBlockWordSource::new()),
        listed_words: Arc::new(MockBlockWordList::new()),
        roles: Arc::new(MockRoles::new()),
        settings: door.clone(),
        clock: Arc::new(SystemClock),
        limits: Limits::default(),
        keys_live_ms: 86_400_000,
        http: HttpLimits::default(),
    };
    let shared = Shared {
        read_file,
        check_health: door,
        secrets: Arc::new(SystemSecrets),
        http: HttpLimits::default(),
        access: Arc::default(),
    };
    Apis {
        rongcloud,
        fresns,
        gateway: None,
        console: None,
        shared,
        live: None,
        filled_in: None,
        pages: Vec::new(),
    }
    .into()
}

fn fresns() -> SignedRequest {
    let caller = FresnsCaller {
        app_id: "Zx4kTq9L".into(),
        secret: Secret::new(SECRET),
        platform: 5,
        aid: "h8Qp3ZtV".into(),
        uid: 12_345_678,
        token: "b3Nn8yWc5RkT1vQe7LxJ2uGd9HsFa4Pm".into(),
    };
    fresns_request(&caller, "user-0002", TEXT, SystemClock.now())
}

fn rongcloud() -> SignedRequest {
    rongcloud_request("app", &Secret::new(SECRET), "user-0001", "user-0002", TEXT, SystemClock.now())
}

/// Reading a request and writing its answer.
fn handlers(criterion: &mut Criterion) {
    let system = actix_web::rt::System::new();
    let service = system.block_on(init_service(sixin_web::build(api())));
    for (name, signed) in [("Fresns send", fresns()), ("RongCloud publish", rongcloud())] {
        let answer = || {
            let request = TestRequest::post().uri(signed.path).set_payload(signed.body.clone());
            let headers = signed.headers.iter().map(|(name, value)| (*name, value.as_str()));
            let request = headers.fold(request, TestRequest::insert_header);
            system.block_on(call_and_read_body(&service, request.to_request()))
        };
        let first = answer();
        assert!(first.starts_with(b"{\"code\":0") || first.starts_with(b"{\"code\":200"), "{first:?}");
        criterion.bench_function(name, |bencher| bencher.iter(|| black_box(answer())));
    }
}

fn signatures(criterion: &mut Criterion) {
    let fields = ["platformId", "version", "appId", "timestamp", "aid", "uid", "token"];
    let signed = fresns();
    let fields = fields.map(|name| {
        let value = signed.headers.iter().find(|(header, _)| *header == name).unwrap().1.clone();
        (name, value)
    });
    let parts = [
        ("Fresns signature", SignedParts::Fields(fields.to_vec())),
        (
            "RongCloud signature",
            SignedParts::NonceAndTime { nonce: "12345678".into(), timestamp: "1732233600000".into() },
        ),
    ];
    for (name, parts) in parts {
        let secret = Secret::new(SECRET);
        let signature = HttpSignatures.sign(&parts, &secret);
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| HttpSignatures.verify(black_box(&parts), &secret, &signature));
        });
    }
}

fn block_words(criterion: &mut Criterion) {
    let words = (0..1000).map(|number| BlockWord {
        word: format!("forbidden{number}"),
        mode: WordMode::Replace(Some("*".into())),
        is_whole: false,
    });
    let filter = BlockWordFilter::new(words);
    let hit = format!("{TEXT} forbidden500");
    for (name, text) in [("block words, none found", TEXT), ("block words, one replaced", &hit)] {
        criterion.bench_function(name, |bencher| bencher.iter(|| filter.apply(black_box(text)).is_ok()));
    }
}

criterion_group!(benches, signatures, block_words, handlers);
criterion_main!(benches);
