//! Starting the listeners.

use std::future::ready;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::http::{KeepAlive, StatusCode};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpResponse, HttpServer, web};
use sixin_application::ports::SecretSource;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;

use crate::api::Api;
use crate::app;
use crate::connections::{Connections, Guarded, plain_answer};
use crate::plumbing::{fallback, request_id};

/// Serves the API on `listener`. Signals are left to the caller; `Server::handle` stops it, finishing what it accepted.
///
/// # Errors
/// If the listener can't be used.
pub fn start(api: Api, listener: TcpListener) -> std::io::Result<Server> {
    let http = api.http.clone();
    let connections = Arc::new(Connections::new(http.connections.clone(), http.trusted_proxies.clone()));
    let builder = Server::build()
        .workers(http.workers.max(1))
        // Too many are turned away with an answer, before they come to this.
        .max_concurrent_connections(usize::MAX / 2)
        .shutdown_timeout(http.shutdown_timeout.as_secs())
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let services = move || {
        let (api, stopping) = (api.clone(), stopping.clone());
        let door = Door {
            connections: Arc::clone(&connections),
            secrets: Arc::clone(&api.secrets),
            head_timeout: http.head_timeout,
        };
        let app = app::build(api).into_factory().map_err(|error: actix_web::Error| error.error_response());
        let requests = HttpService::<Guarded<TcpStream>, _, _>::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(http.keep_alive))
            // Every head is timed by the stream, not only a connection's first.
            .client_request_timeout(Duration::ZERO)
            .on_connect_ext(|stream: &Guarded<TcpStream>, data: &mut Extensions| {
                data.insert(stream.connection());
            })
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| ready(door.admit(stream)))
            .map_err(DispatchError::Io)
            .and_then(requests)
    };
    Ok(builder.listen("api", listener, services)?.run())
}

/// How many that are turned away get to read why; more only see the end.
const TURNED_AWAY_AT_ONCE: usize = 64;
/// How long they have for that.
const TO_READ: Duration = Duration::from_secs(1);

/// Writes an answer and waits a moment for it to be read: a stream that is closed with a request unread takes back what was
/// written.
fn turn_away(mut stream: TcpStream, answer: Vec<u8>) {
    static PLACES: Semaphore = Semaphore::const_new(TURNED_AWAY_AT_ONCE);
    let Ok(place) = PLACES.try_acquire() else { return };
    actix_web::rt::spawn(async move {
        let told = async {
            stream.write_all(&answer).await?;
            stream.shutdown().await?;
            let mut unread = [0; 1024];
            while stream.read(&mut unread).await? > 0 {}
            std::io::Result::Ok(())
        };
        // Whether it was read makes no difference any more.
        let _ = tokio::time::timeout(TO_READ, told).await;
        drop(place);
    });
}

/// Where connections come in.
#[derive(Clone)]
struct Door {
    connections: Arc<Connections>,
    secrets: Arc<dyn SecretSource>,
    head_timeout: Duration,
}

impl Door {
    /// The stream on which requests may come. One connection too many is answered and ended.
    fn admit(&self, stream: TcpStream) -> std::io::Result<(Guarded<TcpStream>, Option<SocketAddr>)> {
        let peer = stream.peer_addr()?;
        let Some(connection) = self.connections.admit(peer.ip()) else {
            let id = request_id::fresh(&*self.secrets);
            tracing::info!(method = "-", path = "-", status = 503, code = 503, request_id = id, client = %peer.ip(), "request");
            let answer = plain_answer(StatusCode::SERVICE_UNAVAILABLE, "Too many connections.", &id);
            turn_away(stream, answer);
            return Err(std::io::Error::other("too many connections"));
        };
        // Answers are written whole.
        stream.set_nodelay(true)?;
        let secrets = Arc::clone(&self.secrets);
        Ok((Guarded::new(stream, Arc::new(connection), secrets, self.head_timeout), Some(peer)))
    }
}

/// Serves `GET /metrics` in the text format of Prometheus on a listener of its own.
///
/// # Errors
/// If the listener can't be used.
pub fn start_metrics(
    listener: TcpListener,
    render: Arc<dyn Fn() -> String + Send + Sync>,
) -> std::io::Result<Server> {
    let server = HttpServer::new(move || App::new().configure(|routes| metrics_routes(routes, &render)))
        .workers(1)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(server)
}

fn metrics_routes(routes: &mut web::ServiceConfig, render: &Arc<dyn Fn() -> String + Send + Sync>) {
    let render = Arc::clone(render);
    let answer = move || {
        let text = render();
        async move { HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text) }
    };
    routes.route("/metrics", fallback::get().to(answer));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::HttpLimits;
    use crate::connections::ConnectionLimits;
    use crate::testing::Mocks;
    use actix_web::test;
    use sixin_application::access::authenticate_back_end::BackEndRefusal;
    use sixin_application::ports::StoreError;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    /// Sends bytes over a real connection and reads the JSON that is answered.
    async fn over_a_socket(mocks: Mocks, request: Vec<u8>) -> String {
        let is_whole = |answer: &[u8]| String::from_utf8_lossy(answer).trim_end().ends_with('}');
        let answer = exchanged(mocks, request, is_whole).await;
        assert!(is_whole(&answer), "closed after {:?}", String::from_utf8_lossy(&answer));
        String::from_utf8(answer).unwrap()
    }

    /// Sends bytes over a real connection and reads until that is all, or the connection ends.
    async fn exchanged(mocks: Mocks, request: Vec<u8>, is_all: fn(&[u8]) -> bool) -> Vec<u8> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let http = HttpLimits { workers: 1, ..HttpLimits::default() };
        let server = start(Mocks { http, ..mocks }.api(), listener).unwrap();
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

    fn head(length: usize) -> String {
        format!(
            "POST /message/private/publish.json HTTP/1.1\r\nHost: x\r\nApp-Key: k\r\nNonce: 1\r\n\
             Timestamp: 2\r\nSignature: 3\r\nContent-Length: {length}\r\n\r\n"
        )
    }

    fn trusting() -> Mocks {
        let mut mocks = Mocks::default();
        mocks.back_end.expect_authenticate().returning(|_| Ok(crate::testing::back_end()));
        mocks
    }

    #[actix_web::test]
    async fn a_body_of_ten_megabytes_is_answered_with_413_in_json() {
        let mut request = head(10_000_000).into_bytes();
        request.resize(request.len() + 10_000_000, b'x');
        let answer = over_a_socket(trusting(), request).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains(r#""code":1003"#), "{answer}");
    }

    #[actix_web::test]
    async fn a_body_that_never_comes_is_answered_with_408_in_json() {
        let answer = over_a_socket(trusting(), head(10).into_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains(r#""code":1003"#), "{answer}");
    }

    #[actix_web::test]
    async fn nobody_who_is_not_let_in_has_its_body_read() {
        let mut mocks = Mocks::default();
        mocks.back_end.expect_authenticate().returning(|_| Err(BackEndRefusal::KeyUnknown));
        let answer = over_a_socket(mocks, head(10_000_000).into_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains(r#""code":1002"#), "{answer}");
    }

    #[actix_web::test]
    async fn a_log_that_breaks_off_never_looks_complete() {
        use crate::rongcloud::log_wire_tests::{FILE, opening, pages};
        let request = format!("GET {FILE} HTTP/1.1\r\nHost: x\r\n\r\n").into_bytes();
        let is_complete = |answer: &[u8]| answer.ends_with(b"\r\n0\r\n\r\n");
        for (end, completes) in [(Ok(Vec::new()), true), (Err(StoreError::Unavailable("gone".into())), false)]
        {
            let answer = exchanged(opening(pages(end)).await, request.clone(), is_complete).await;
            assert!(answer.starts_with(b"HTTP/1.1 200 "));
            assert_eq!(is_complete(&answer), completes, "{}", String::from_utf8_lossy(&answer));
        }
    }

    /// What a server with a short time for heads answers to what comes in these parts, with a pause before each.
    async fn in_parts(mocks: Mocks, parts: Vec<(u64, &'static [u8])>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let head_timeout = Duration::from_millis(600);
        let http = HttpLimits { workers: 1, head_timeout, ..HttpLimits::default() };
        let server = start(Mocks { http, ..mocks }.api(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let exchange = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let mut answer = Vec::new();
            for (pause, part) in parts {
                std::thread::sleep(Duration::from_millis(pause));
                if stream.write_all(part).is_err() {
                    break;
                }
            }
            // An end by reset is one too.
            let _ = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        };
        let answer = actix_web::rt::task::spawn_blocking(exchange).await.unwrap();
        handle.stop(false).await;
        answer
    }

    /// The bodies of several answers on one connection.
    fn bodies(answers: &str) -> Vec<serde_json::Value> {
        let bodies =
            answers.split("HTTP/1.1 ").skip(1).map(|answer| answer.split_once("\r\n\r\n").unwrap().1);
        bodies
            .map(|body| serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answers}")))
            .collect()
    }

    const UNKNOWN: &[u8] = b"GET /nope HTTP/1.1\r\nHost: x\r\n\r\n";

    #[actix_web::test]
    async fn every_head_has_its_time_and_not_only_the_first() {
        let first = in_parts(Mocks::default(), vec![(0, b"GET /nope HT"), (1500, b"TP/1.1\r\n")]).await;
        assert!(first.starts_with("HTTP/1.1 408 "), "{first}");
        assert_eq!(bodies(&first)[0]["code"], 408);
        let second =
            in_parts(Mocks::default(), vec![(0, UNKNOWN), (900, UNKNOWN), (100, b"GET /no"), (1500, b"pe")])
                .await;
        let codes: Vec<_> = bodies(&second).iter().map(|body| body["code"].clone()).collect();
        assert_eq!(codes, [404, 404, 408], "an idle connection is not late: {second}");
    }

    #[actix_web::test]
    async fn a_head_that_trickles_in_does_not_get_more_time() {
        let trickle = (0..20).map(|_| (100, b"A".as_slice()));
        let answer =
            in_parts(Mocks::default(), std::iter::once((0, b"GET /".as_slice())).chain(trickle).collect());
        assert!(answer.await.starts_with("HTTP/1.1 408 "));
    }

    #[actix_web::test]
    async fn who_says_nothing_is_left_without_a_word() {
        assert_eq!(in_parts(Mocks::default(), vec![(1200, b"")]).await, "");
    }

    #[actix_web::test]
    async fn what_is_not_http_is_answered_in_json() {
        let large = Box::leak(
            format!("GET / HTTP/1.1\r\nHost: x\r\nA: {}\r\n", "a".repeat(200_000)).into_boxed_str(),
        );
        for (request, status) in [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".as_slice(), 400),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            ("GET /\u{e4}/\u{4f60} HTTP/1.1\r\nHost: x\r\n\r\n".as_bytes(), 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
            (
                b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
                400,
            ),
            (b"GET / HTTP/1.1\r\nNo colon\r\n\r\n", 400),
            (large.as_bytes(), 431),
        ] {
            let answer = in_parts(Mocks::default(), vec![(0, request)]).await;
            let start = String::from_utf8_lossy(&request[..request.len().min(60)]);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{start}: {answer}");
            assert_eq!(bodies(&answer)[0]["code"], status, "{start}");
        }
        let behind = in_parts(Mocks::default(), vec![(0, UNKNOWN), (200, b"nonsense\r\n\r\n")]).await;
        let codes: Vec<_> = bodies(&behind).iter().map(|body| body["code"].clone()).collect();
        assert_eq!(codes, [404, 400], "{behind}");
    }

    #[actix_web::test]
    async fn one_connection_too_many_is_told_so() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = ConnectionLimits { per_address: 2, ..ConnectionLimits::default() };
        let http = HttpLimits { workers: 1, connections, ..HttpLimits::default() };
        let server = start(Mocks { http, ..Mocks::default() }.api(), listener).unwrap();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let exchange = move || {
            let ask = |stream: &mut TcpStream| {
                let mut answer = [0; 4096];
                stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                let _ = stream.write_all(UNKNOWN);
                let read = stream.read(&mut answer).unwrap_or(0);
                String::from_utf8_lossy(&answer[..read]).into_owned()
            };
            let mut held: Vec<_> = (0..2).map(|_| TcpStream::connect(address).unwrap()).collect();
            for stream in &mut held {
                assert!(ask(stream).starts_with("HTTP/1.1 404 "));
            }
            let mut third = TcpStream::connect(address).unwrap();
            let mut refused = String::new();
            let _ = third.read_to_string(&mut refused);
            held.pop();
            std::thread::sleep(Duration::from_millis(300));
            (refused, ask(&mut TcpStream::connect(address).unwrap()))
        };
        let (refused, later) = actix_web::rt::task::spawn_blocking(exchange).await.unwrap();
        assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 1"), "{refused}");
        assert!(later.starts_with("HTTP/1.1 404 "), "{later}");
        handle.stop(false).await;
    }

    #[actix_web::test]
    async fn metrics_are_plain_text_of_version_0_0_4() {
        let render: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(|| "sixin_up 1\n".to_owned());
        let app = test::init_service(App::new().configure(|routes| metrics_routes(routes, &render))).await;
        let answer = test::call_service(&app, test::TestRequest::get().uri("/metrics").to_request()).await;
        assert_eq!(answer.headers().get("content-type").unwrap(), "text/plain; version=0.0.4");
        assert_eq!(test::read_body(answer).await, "sixin_up 1\n");
    }
}
