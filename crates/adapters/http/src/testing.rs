//! What the wire tests of both dialects need: an API over mocks, and answers that can be looked at.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Bytes;
use serde_json::Value;
use sixin_application::access::authenticate_back_end::{BackEnd, MockAuthenticateBackEnd};
use sixin_application::access::authenticate_user::MockAuthenticateUser;
use sixin_application::access::ports::MockSignatures;
use sixin_application::access::sign_in::MockSignIn;
use sixin_application::conversations::change_conversations::MockChangeConversations;
use sixin_application::conversations::read_conversations::MockReadConversations;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::MockReadFile;
use sixin_application::files::upload_file::MockUploadFile;
use sixin_application::messages::change_messages::MockChangeMessages;
use sixin_application::messages::expand_messages::MockExpandMessages;
use sixin_application::messages::read_history::MockReadHistory;
use sixin_application::messages::read_logs::MockReadLogs;
use sixin_application::operations::health::MockCheckHealth;
use sixin_application::ports::{MockClock, MockSecretSource};
use sixin_application::sending::publish_message::MockPublishMessage;
use sixin_application::sending::send_message::MockSendMessage;
use sixin_application::site::keep_sensitive_words::MockKeepSensitiveWords;
use sixin_application::site::ports::{MockBlockWordList, MockBlockWordSource, MockRoles, MockSettingSource};
use sixin_application::users::edit_user::MockEditUser;
use sixin_application::users::keep_preferences::MockKeepPreferences;
use sixin_application::users::keep_user_lists::MockKeepUserLists;
use sixin_application::users::keep_users::MockKeepUsers;
use sixin_application::users::mark_user::MockMarkUser;
use sixin_application::users::restrict_users::MockRestrictUsers;
use sixin_application::users::show_user::MockShowUser;
use sixin_domain::access::app_key::{AppKey, Dialect, MAIN_API, Secret};
use sixin_domain::id::{AccountId, AppKeyId, UserId};
use sixin_domain::sending::limits::Limits;
use sixin_domain::site::block_words::{BlockWord, BlockWordFilter};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};

use crate::api::{Api, HttpLimits};
use crate::app;

/// 2022-11-10 14:20:00 in +8.
pub(crate) const NOW: Millis = Millis(1_668_061_200_000);

/// The mocks behind an API. Those that are not told what to expect fail the test when they are asked.
#[derive(Default)]
pub(crate) struct Mocks {
    pub(crate) user: MockAuthenticateUser,
    pub(crate) back_end: MockAuthenticateBackEnd,
    pub(crate) sign_in: MockSignIn,
    pub(crate) send: MockSendMessage,
    pub(crate) publish: MockPublishMessage,
    pub(crate) change_messages: MockChangeMessages,
    pub(crate) expand_messages: MockExpandMessages,
    pub(crate) history: MockReadHistory,
    pub(crate) users: MockKeepUsers,
    pub(crate) lists: MockKeepUserLists,
    pub(crate) restrictions: MockRestrictUsers,
    pub(crate) preferences: MockKeepPreferences,
    pub(crate) sensitive_words: MockKeepSensitiveWords,
    pub(crate) logs: MockReadLogs,
    pub(crate) read: MockReadConversations,
    pub(crate) change: MockChangeConversations,
    pub(crate) edit: MockEditUser,
    pub(crate) mark: MockMarkUser,
    pub(crate) upload: MockUploadFile,
    pub(crate) read_file: MockReadFile,
    pub(crate) words: Vec<BlockWord>,
    pub(crate) show_user: MockShowUser,
    pub(crate) listed_words: MockBlockWordList,
    pub(crate) roles: MockRoles,
    pub(crate) health: MockCheckHealth,
    pub(crate) settings: BTreeMap<String, String>,
    pub(crate) http: HttpLimits,
}

impl Mocks {
    pub(crate) fn api(self) -> Api {
        let mut settings = MockSettingSource::new();
        let in_force = Arc::new(Settings::new(self.settings));
        settings.expect_settings().returning(move || Ok(Arc::clone(&in_force)));
        let mut block_words = MockBlockWordSource::new();
        let words = Arc::new(BlockWordFilter::new(self.words));
        block_words.expect_filter().returning(move || Ok(Arc::clone(&words)));
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "r".repeat(length));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let clock = Arc::new(clock);
        let mut signatures = MockSignatures::new();
        signatures.expect_sign().returning(|_, _| "5ec7e7".into());
        let file_links =
            FileLinks { secret: Secret::new("s"), signatures: Arc::new(signatures), clock: clock.clone() };
        Api {
            authenticate_user: Arc::new(self.user),
            authenticate_back_end: Arc::new(self.back_end),
            sign_in: Arc::new(self.sign_in),
            send_message: Arc::new(self.send),
            publish_message: Arc::new(self.publish),
            change_messages: Arc::new(self.change_messages),
            expand_messages: Arc::new(self.expand_messages),
            read_history: Arc::new(self.history),
            keep_users: Arc::new(self.users),
            keep_user_lists: Arc::new(self.lists),
            restrict_users: Arc::new(self.restrictions),
            keep_preferences: Arc::new(self.preferences),
            keep_sensitive_words: Arc::new(self.sensitive_words),
            read_logs: Arc::new(self.logs),
            read_conversations: Arc::new(self.read),
            change_conversations: Arc::new(self.change),
            edit_user: Arc::new(self.edit),
            mark_user: Arc::new(self.mark),
            upload_file: Arc::new(self.upload),
            read_file: Arc::new(self.read_file),
            file_links: Arc::new(file_links),
            block_words: Arc::new(block_words),
            show_user: Arc::new(self.show_user),
            listed_words: Arc::new(self.listed_words),
            roles: Arc::new(self.roles),
            check_health: Arc::new(self.health),
            settings: Arc::new(settings),
            secrets: Arc::new(secrets),
            clock,
            limits: Limits::default(),
            keys_live_ms: 86_400_000,
            http: HttpLimits { body_timeout: Duration::from_millis(200), ..self.http },
        }
    }
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(crate) fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status, the headers clients read, and the body, for snapshots.
    pub(crate) fn wire(&self) -> String {
        let mut text = format!("HTTP {}\n", self.status.as_u16());
        for name in
            ["content-type", "x-request-id", "retry-after", "idempotent-replayed", "allow", "location"]
        {
            if let Some(value) = self.header(name) {
                text.push_str(&format!("{name}: {value}\n"));
            }
        }
        format!("{text}\n{}", serde_json::to_string_pretty(&self.json()).unwrap())
    }
}

/// Sends one request to the API.
pub(crate) async fn call(api: Api, request: TestRequest) -> Answer {
    let service = init_service(app::build(api)).await;
    read(call_service(&service, request.to_request()).await).await
}

/// Sends one request that is answered with bytes; `None` stands for those that break off.
pub(crate) async fn call_for_bytes(api: Api, request: TestRequest) -> (StatusCode, HeaderMap, Option<Bytes>) {
    let service = init_service(app::build(api)).await;
    let answer = call_service(&service, request.to_request()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, to_bytes(answer.into_body()).await.ok())
}

/// Sends one request whose body never comes.
pub(crate) async fn call_without_end(api: Api, request: TestRequest) -> Answer {
    let service = init_service(app::build(api)).await;
    let payload: Payload = Payload::Stream { payload: Box::pin(Never) };
    let (request, _) = request.to_request().replace_payload(payload);
    read(call_service(&service, request).await).await
}

struct Never;

impl futures_core::Stream for Never {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

async fn read(answer: ServiceResponse<impl MessageBody>) -> Answer {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = to_bytes(answer.into_body()).await.ok().unwrap();
    Answer { status, headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// A user without any peculiarity.
pub(crate) fn user(id: i64, name: &str) -> User {
    User {
        id: UserId(id),
        account: AccountId(1),
        uid: Uid(90_000 + id),
        username: Username::new(name).unwrap(),
        conversation_limit: ConversationLimit::Everybody,
        is_verified: false,
        is_enabled: true,
        restrictions: Restrictions::default(),
        expired_at: None,
        deleted_at: None,
        profile: Profile {
            nickname: "Mira".into(),
            gender: 3,
            comment_limit: 1,
            rank_state: 1,
            created_at: NOW,
            ..Profile::default()
        },
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

mod everywhere {
    use super::*;
    use sixin_application::operations::health::Health;

    fn healthy(is_reachable: bool) -> Mocks {
        let mut mocks = Mocks::default();
        mocks.health.expect_check().returning(move || Health {
            database_reachable: is_reachable,
            migrated: is_reachable,
            queue_stuck: false,
            has_number: true,
            trouble: None,
            weakness: None,
        });
        mocks
    }

    fn get(path: &str) -> TestRequest {
        TestRequest::get().uri(path)
    }

    #[actix_web::test]
    async fn health_is_200_when_ready_and_503_when_not() {
        insta::assert_snapshot!("ready", call(healthy(true).api(), get("/health")).await.wire());
        insta::assert_snapshot!("unready", call(healthy(false).api(), get("/health")).await.wire());
    }

    #[actix_web::test]
    async fn an_unknown_path_is_404_in_the_form_of_its_neighbours() {
        let plain = call(Mocks::default().api(), get("/message/nope.json")).await;
        insta::assert_snapshot!("unknown_path", plain.wire());
        let enveloped = call(Mocks::default().api(), get("/api/v2/nope")).await;
        insta::assert_snapshot!("unknown_path_below_api", enveloped.wire());
    }

    #[actix_web::test]
    async fn a_wrong_method_is_405_with_those_allowed() {
        let plain = call(Mocks::default().api(), get("/message/private/publish.json")).await;
        insta::assert_snapshot!("wrong_method", plain.wire());
        let enveloped = call(Mocks::default().api(), get("/api/v2/conversation/send-message")).await;
        insta::assert_snapshot!("wrong_method_below_api", enveloped.wire());
        assert_eq!(call(Mocks::default().api(), TestRequest::post().uri("/health")).await.status, 405);
    }

    #[actix_web::test]
    async fn a_request_id_is_taken_if_acceptable_and_else_made() {
        let with = |id: &'static str| get("/nope").insert_header(("X-Request-Id", id));
        let id = |answer: Answer| answer.header("x-request-id").map(str::to_owned);
        let made = Some("r".repeat(32));
        assert_eq!(id(call(Mocks::default().api(), with("abc-1")).await).as_deref(), Some("abc-1"));
        assert_eq!(id(call(Mocks::default().api(), with("a b")).await), made);
        assert_eq!(id(call(Mocks::default().api(), get("/nope")).await), made);
    }

    #[actix_web::test]
    async fn the_reference_is_served_without_any_outside_host() {
        let page = call(Mocks::default().api(), get("/docs/")).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("swagger-ui"));
        let script = call(Mocks::default().api(), get("/docs/swagger-initializer.js")).await;
        assert!(script.text.contains("/openapi.json") && script.text.contains(r#""validatorUrl": "none""#));
        for text in [page.text, script.text] {
            assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
        }
        assert_eq!(call(Mocks::default().api(), get("/")).await.header("location"), Some("/docs/"));
        assert_eq!(call(Mocks::default().api(), get("/docs/nope.js")).await.json()["code"], 404);
    }

    #[actix_web::test]
    async fn the_reference_is_shown_in_no_other_page_and_runs_no_script_of_others() {
        for path in ["/docs/", "/docs/swagger-ui-bundle.js", "/openapi.json"] {
            let answer = call(Mocks::default().api(), get(path)).await;
            let policy = answer.header("content-security-policy").unwrap();
            assert!(
                policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
                "{path}"
            );
            let scripts = policy.split(';').find(|part| part.trim().starts_with("script-src"));
            assert!(scripts.is_none_or(|scripts| scripts.trim() == "script-src 'self'"), "{policy}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        }
        // No script stands in the page itself: the policy would not let it run.
        let page = call(Mocks::default().api(), get("/docs/")).await.text;
        assert!(page.matches("<script").count() == page.matches("<script src=\"./").count(), "{page}");
    }

    #[actix_web::test]
    async fn the_reference_can_be_switched_off() {
        for path in ["/", "/docs", "/docs/", "/docs/index.html", "/openapi.json"] {
            let http = HttpLimits { docs: false, ..HttpLimits::default() };
            let answer = call(Mocks { http, ..Mocks::default() }.api(), get(path)).await;
            assert!(answer.status == 404 && answer.json()["code"] == 404, "{path}");
        }
    }

    #[actix_web::test]
    async fn head_answers_where_get_does() {
        let document: Value = serde_json::from_str(&crate::openapi_json()).unwrap();
        let described = document["paths"].as_object().unwrap().iter();
        let described = described.filter(|(_, item)| item.get("get").is_some()).map(|(path, _)| path.clone());
        let mut paths: Vec<String> = ["/", "/docs", "/docs/", "/docs/index.css"].map(str::to_owned).into();
        // The picture is no text, which is all this harness reads; it is looked at where it is served.
        paths.extend(described.filter(|path| !path.ends_with(".png")));
        assert!(paths.len() > 15, "{paths:?}");
        for path in paths {
            let path = path.replace(['{', '}'], "");
            let of = |method| TestRequest::default().method(method).uri(&path);
            let got = call(healthy(true).api(), of(actix_web::http::Method::GET)).await;
            let head = call(healthy(true).api(), of(actix_web::http::Method::HEAD)).await;
            assert_eq!(
                (head.status, head.header("content-type")),
                (got.status, got.header("content-type")),
                "{path}"
            );
            assert!(got.status != 405, "{path}");
        }
    }

    #[actix_web::test]
    async fn the_openapi_document_is_served() {
        let answer = call(Mocks::default().api(), get("/openapi.json")).await;
        assert_eq!(answer.text, crate::openapi_json());
        assert!(answer.header("content-type").unwrap().starts_with("application/json"));
    }

    #[actix_web::test]
    async fn browsers_may_call_from_configured_origins_only() {
        let preflight_for = |headers: &'static str| {
            TestRequest::default()
                .method(actix_web::http::Method::OPTIONS)
                .uri("/api/v2/conversation/send-message")
                .insert_header(("Origin", "https://app.example"))
                .insert_header(("Access-Control-Request-Method", "POST"))
                .insert_header(("Access-Control-Request-Headers", headers))
        };
        let preflight = || preflight_for("appid,sign,token,content-type");
        assert_eq!(call(Mocks::default().api(), preflight()).await.status, 405);
        for (origin, allowed) in
            [("https://app.example", true), ("*", true), ("https://other.example", false)]
        {
            let http = HttpLimits { cors_origins: vec![origin.to_owned()], ..HttpLimits::default() };
            let answer = call(Mocks { http: http.clone(), ..Mocks::default() }.api(), preflight()).await;
            assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
            assert!(allowed || answer.json()["code"] == 400);
            let later = preflight_for(
                "x-fresns-app-id,x-fresns-signature,x-fresns-uid-token,x-fresns-client-device-info",
            );
            let answer_to_later = call(Mocks { http: http.clone(), ..Mocks::default() }.api(), later).await;
            assert_eq!(answer_to_later.header("access-control-allow-origin").is_some(), allowed, "{origin}");
            let methods = answer.header("access-control-allow-methods").unwrap_or_default();
            let expected = ["GET", "POST", "PUT", "DELETE"];
            assert!(!allowed || expected.iter().all(|method| methods.contains(method)), "{methods}");
            let request = get("/nope").insert_header(("Origin", "https://app.example"));
            let answer = call(Mocks { http, ..Mocks::default() }.api(), request).await;
            assert_eq!(answer.header("access-control-allow-origin").is_some(), allowed, "{origin}");
            let exposed = answer.header("access-control-expose-headers").unwrap_or_default();
            let expected = ["retry-after", "idempotent-replayed", "x-request-id"];
            assert!(!allowed || expected.iter().all(|name| exposed.contains(name)), "{exposed}");
        }
    }
}
