//! Starting the listeners.

use std::net::TcpListener;
use std::sync::Arc;

use actix_web::dev::Server;
use actix_web::http::KeepAlive;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::api::Api;
use crate::app;

/// Serves the API on `listener`. Signals are left to the caller; `Server::handle` stops it, finishing what it accepted.
///
/// # Errors
/// If the listener can't be used.
pub fn start(api: Api, listener: TcpListener) -> std::io::Result<Server> {
    let http = api.http.clone();
    let server = HttpServer::new(move || app::build(api.clone()))
        .workers(http.workers.max(1))
        .client_request_timeout(http.head_timeout)
        .keep_alive(KeepAlive::Timeout(http.keep_alive))
        .shutdown_timeout(http.shutdown_timeout.as_secs())
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(server)
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
    routes.route("/metrics", web::get().to(answer));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::HttpLimits;
    use crate::testing::Mocks;
    use actix_web::test;
    use sixin_application::authenticate_back_end::BackEndRefusal;
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

    #[actix_web::test]
    async fn metrics_are_plain_text_of_version_0_0_4() {
        let render: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(|| "sixin_up 1\n".to_owned());
        let app = test::init_service(App::new().configure(|routes| metrics_routes(routes, &render))).await;
        let answer = test::call_service(&app, test::TestRequest::get().uri("/metrics").to_request()).await;
        assert_eq!(answer.headers().get("content-type").unwrap(), "text/plain; version=0.0.4");
        assert_eq!(test::read_body(answer).await, "sixin_up 1\n");
    }
}
