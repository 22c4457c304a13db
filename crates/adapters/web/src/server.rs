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

use crate::answer::fallback;
use crate::api::HttpApi;
use crate::app;
use crate::connections::{Connections, Guarded, plain_answer};
use crate::request::id as request_id;

/// Serves the API on `listener`. Signals are left to the caller; `Server::handle` stops it, finishing what it accepted.
///
/// # Errors
/// If the listener can't be used.
pub fn start(api: HttpApi, listener: TcpListener) -> std::io::Result<Server> {
    let http = api.shared.http.clone();
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
            secrets: Arc::clone(&api.shared.secrets),
            head_timeout: http.head_timeout,
        };
        let app = app::build(api).into_factory().map_err(|error: actix_web::Error| error.error_response());
        let requests = HttpService::<Guarded<TcpStream>, _, _>::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // Whoever has closed its half has gone: a stream on which nothing happens would not notice for long.
            .h1_allow_half_closed(false)
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
mod tests;
