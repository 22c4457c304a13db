//! Starting the listeners.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{Extensions, HttpService};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, boxed, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::http::{KeepAlive, StatusCode};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpResponse, HttpServer, web};
use sixin_application::ports::SecretSource;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Semaphore;
use tokio_rustls::server::TlsStream;
use tokio_util::either::Either;

use crate::answer::fallback;
use crate::api::HttpApi;
use crate::app;
use crate::connections::{Connections, Guarded, plain_answer};
use crate::request::id as request_id;
use crate::tls::{NoTls, OverTls, Tls};

/// What a connection is read from and written to.
type Wire = Either<TcpStream, Box<TlsStream<TcpStream>>>;

/// Serves the API on `listener`, over TLS or plainly. Signals are left to the caller; `Server::handle` stops it, finishing what it
/// accepted.
///
/// # Errors
/// If the listener can't be used.
pub fn start(api: HttpApi, listener: TcpListener, tls: Option<Tls>) -> std::io::Result<Server> {
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
            tls: tls.clone(),
        };
        let app = app::build(api).into_factory().map_err(|error: actix_web::Error| error.error_response());
        // What a request needs while it is answered has a place of its own: a stream that waits for days does not keep it.
        let app = boxed::factory(app);
        let requests = HttpService::<Guarded<Wire>, _, _>::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // Whoever has closed its half has gone: a stream on which nothing happens would not notice for long.
            .h1_allow_half_closed(false)
            .keep_alive(KeepAlive::Timeout(http.keep_alive))
            // Every head is timed by the stream, not only a connection's first.
            .client_request_timeout(Duration::ZERO)
            .on_connect_ext(|stream: &Guarded<Wire>, data: &mut Extensions| {
                data.insert(stream.connection());
                if matches!(stream.stream(), Either::Right(_)) {
                    data.insert(OverTls);
                }
            })
            .h1(map_config(app, |()| AppConfig::default()));
        fn_service(move |stream: TcpStream| {
            let door = door.clone();
            async move { door.admit(stream).await }
        })
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
    tls: Option<Tls>,
}

impl Door {
    /// The stream on which requests may come. One connection too many is answered and ended.
    async fn admit(&self, stream: TcpStream) -> std::io::Result<(Guarded<Wire>, Option<SocketAddr>)> {
        let peer = stream.peer_addr()?;
        let Some(connection) = self.connections.admit(peer.ip()) else {
            let answer = self.refusal(peer, StatusCode::SERVICE_UNAVAILABLE, "Too many connections.");
            // Over TLS an answer would first want a handshake, which is what there is too much of.
            if self.tls.is_none() {
                turn_away(stream, answer);
            }
            return Err(std::io::Error::other("too many connections"));
        };
        // Answers are written whole.
        stream.set_nodelay(true)?;
        let wire = match &self.tls {
            None => Either::Left(stream),
            Some(tls) => match Box::pin(tls.accept(stream, self.head_timeout)).await {
                Ok(stream) => Either::Right(Box::new(stream)),
                Err(error) => return Err(self.without_tls(peer, error)),
            },
        };
        let secrets = Arc::clone(&self.secrets);
        Ok((Guarded::new(wire, Arc::new(connection), secrets, self.head_timeout), Some(peer)))
    }

    /// The line in the log and the answer for a connection on which no request is read.
    fn refusal(&self, peer: SocketAddr, status: StatusCode, text: &str) -> Vec<u8> {
        let id = request_id::fresh(&*self.secrets);
        let code = i64::from(status.as_u16());
        tracing::info!(method = "-", path = "-", status = status.as_u16(), code, request_id = id, client = %peer.ip(), "request");
        plain_answer(status, text, &id)
    }

    /// Ends a connection on which there is no TLS where there should be.
    fn without_tls(&self, peer: SocketAddr, error: NoTls) -> std::io::Error {
        metrics::counter!("sixin_tls_refused_total", "why" => error.why()).increment(1);
        tracing::debug!(client = %peer.ip(), %error, "no connection over TLS");
        let text = error.to_string();
        if let NoTls::Plain(stream) = error {
            let answer = self.refusal(peer, StatusCode::BAD_REQUEST, SPEAK_TLS);
            turn_away(stream, answer);
        }
        std::io::Error::other(text)
    }
}

/// What those are told who come without TLS where there is nothing else.
const SPEAK_TLS: &str = "This port speaks TLS: use https:// or wss://.";

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
