//! What wire tests need: an API over mocks, called in place or over a socket, and answers that can be looked at.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "only tests use it"
)]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{MessageBody, to_bytes};
use actix_web::dev::{Payload, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::Bytes;
use serde_json::Value;
use sixin_application::access::ports::MockSignatures;
use sixin_application::files::links::FileLinks;
use sixin_application::files::read_file::{MockReadFile, ReadFile};
use sixin_application::operations::health::MockCheckHealth;
use sixin_application::ports::{MockClock, MockSecretSource};
use sixin_application::site::ports::MockSettingSource;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::{AccountId, UserId};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, Username};
use sixin_domain::user::{ConversationLimit, Profile, Restrictions, User};

use crate::api::{Dialect, HttpApi, Reference, Shared};
use crate::app::build;
use crate::limits::HttpLimits;
use crate::openapi::Description;
use crate::server::start;

/// 2022-11-10 14:20:00 in +8.
pub const NOW: Millis = Millis(1_668_061_200_000);

/// The limits of tests: slow bodies are not waited for.
pub fn limits(http: HttpLimits) -> HttpLimits {
    HttpLimits { body_timeout: Duration::from_millis(200), ..http }
}

/// Makes request ids that are always the same.
pub fn secrets() -> MockSecretSource {
    let mut secrets = MockSecretSource::new();
    secrets.expect_alphanumeric().returning(|length| "r".repeat(length));
    secrets
}

/// The settings of a site, which has these rows.
pub fn settings(rows: BTreeMap<String, String>) -> Arc<MockSettingSource> {
    let mut settings = MockSettingSource::new();
    let in_force = Arc::new(Settings::new(rows));
    settings.expect_settings().returning(move || Ok(Arc::clone(&in_force)));
    Arc::new(settings)
}

/// A clock that stands at [`NOW`].
pub fn clock() -> Arc<MockClock> {
    let mut clock = MockClock::new();
    clock.expect_now().return_const(NOW);
    Arc::new(clock)
}

/// Links that are all signed alike.
pub fn file_links() -> Arc<FileLinks> {
    let mut signatures = MockSignatures::new();
    signatures.expect_sign().returning(|_, _| "5ec7e7".into());
    Arc::new(FileLinks { secret: Secret::new("s"), signatures: Arc::new(signatures), clock: clock() })
}

/// The mocks behind what dialects share. Those that are not told what to expect fail the test when they are asked.
#[derive(Default)]
pub struct SharedMocks {
    pub health: MockCheckHealth,
    pub http: HttpLimits,
}

impl SharedMocks {
    /// An API of these dialects, with the document they are described by.
    pub fn api(
        self,
        dialects: Vec<Arc<dyn Dialect>>,
        document: &str,
        read_file: Arc<dyn ReadFile>,
    ) -> HttpApi {
        let shared = Shared {
            read_file,
            check_health: Arc::new(self.health),
            secrets: Arc::new(secrets()),
            http: limits(self.http),
            access: Arc::default(),
        };
        let reference = Reference {
            document: document.into(),
            script: "// starts the page\n".into(),
            credentials: None,
            pages: Vec::new(),
        };
        HttpApi { shared, dialects, live: None, reference }
    }

    /// An API without any dialect.
    pub fn bare(self) -> HttpApi {
        self.api(Vec::new(), "{}\n", Arc::new(MockReadFile::new()))
    }
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn code(&self) -> i64 {
        self.json()["code"].as_i64().unwrap()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Status, the headers clients read, and the body, for snapshots.
    pub fn wire(&self) -> String {
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
pub async fn call(api: HttpApi, request: TestRequest) -> Answer {
    let service = init_service(build(api)).await;
    read(call_service(&service, request.to_request()).await).await
}

/// Sends one request that is answered with bytes; `None` stands for those that break off.
pub async fn call_for_bytes(api: HttpApi, request: TestRequest) -> (StatusCode, HeaderMap, Option<Bytes>) {
    let service = init_service(build(api)).await;
    let answer = call_service(&service, request.to_request()).await;
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, to_bytes(answer.into_body()).await.ok())
}

/// Sends one request whose body never comes.
pub async fn call_without_end(api: HttpApi, request: TestRequest) -> Answer {
    let service = init_service(build(api)).await;
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

/// Sends bytes over a real connection and reads the JSON that is answered.
pub async fn over_a_socket(api: HttpApi, request: Vec<u8>) -> String {
    let is_whole = |answer: &[u8]| String::from_utf8_lossy(answer).trim_end().ends_with('}');
    let answer = exchanged(api, request, is_whole).await;
    assert!(is_whole(&answer), "closed after {:?}", String::from_utf8_lossy(&answer));
    String::from_utf8(answer).unwrap()
}

/// Sends bytes over a real connection and reads until that is all, or the connection ends.
pub async fn exchanged(mut api: HttpApi, request: Vec<u8>, is_all: fn(&[u8]) -> bool) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    api.shared.http.workers = 1;
    let server = start(api, listener, None).unwrap();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let exchange = move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.write_all(&request).unwrap();
        let mut answer = Vec::new();
        let mut chunk = [0; 4096];
        while !is_all(&answer) {
            let read = stream.read(&mut chunk).unwrap();
            if read == 0 {
                break;
            }
            answer.extend_from_slice(&chunk[..read]);
        }
        answer
    };
    let answer = actix_web::rt::task::spawn_blocking(exchange).await.unwrap();
    handle.stop(true).await;
    answer
}

/// A user without any peculiarity.
pub fn user(id: i64, name: &str) -> Arc<User> {
    Arc::new(new_user(id, name))
}

/// The same, to be made into another.
pub fn new_user(id: i64, name: &str) -> User {
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

/// Names and texts of the entries of a zip archive.
pub fn entries(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut found = Vec::new();
    for number in 0..archive.len() {
        let mut entry = archive.by_index(number).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        found.push((entry.name().unwrap().into_owned(), text));
    }
    found
}

/// What can be read by GET at these paths is answered to HEAD alike. Parameters in paths are called by their names.
pub async fn heads_answer_as_gets(
    api: impl Fn() -> HttpApi,
    paths: impl IntoIterator<Item = impl AsRef<str>>,
) {
    for path in paths {
        let path = path.as_ref().replace(['{', '}'], "");
        let of = |method| TestRequest::default().method(method).uri(&path);
        let got = call(api(), of(Method::GET)).await;
        let head = call(api(), of(Method::HEAD)).await;
        let kind = |answer: &Answer| (answer.status, answer.header("content-type").map(str::to_owned));
        assert_eq!(kind(&head), kind(&got), "{path}");
        assert!(got.status != 405, "{path}");
    }
}

/// The paths of a description that can be read as text.
pub fn readable(described: Description) -> Vec<String> {
    let gets = described.paths.into_iter().filter(|(_, item)| item.get("get").is_some());
    gets.map(|(path, _)| path).filter(|path| !path.ends_with(".png")).collect()
}
