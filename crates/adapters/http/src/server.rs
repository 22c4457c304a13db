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
    use actix_web::test;

    #[actix_web::test]
    async fn metrics_are_plain_text_of_version_0_0_4() {
        let render: Arc<dyn Fn() -> String + Send + Sync> = Arc::new(|| "sixin_up 1\n".to_owned());
        let app = test::init_service(App::new().configure(|routes| metrics_routes(routes, &render))).await;
        let answer = test::call_service(&app, test::TestRequest::get().uri("/metrics").to_request()).await;
        assert_eq!(answer.headers().get("content-type").unwrap(), "text/plain; version=0.0.4");
        assert_eq!(test::read_body(answer).await, "sixin_up 1\n");
    }
}
