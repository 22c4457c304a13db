//! What is served: dialects, and what they share.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use sixin_application::files::read_file::ReadFile;
use sixin_application::operations::health::CheckHealth;
use sixin_application::ports::SecretSource;

use crate::access_lines::AccessLog;
use crate::limits::HttpLimits;
use crate::live::{LiveApi, LiveDialect};

/// A way in which clients talk to the server.
pub trait Dialect: Send + Sync {
    /// Registers the endpoints, with the use cases behind them.
    fn configure(&self, routes: &mut web::ServiceConfig);

    /// The request headers that browsers may send.
    fn request_headers(&self) -> &'static [&'static str];

    /// How the dialect speaks over live streams, if it does.
    fn live(&self) -> Option<Arc<dyn LiveDialect>> {
        None
    }

    /// The answer to a path that the dialect knows and does not serve. `None` for any other path.
    fn unsupported(&self, path: &str) -> Option<HttpResponse> {
        let _ = path;
        None
    }
}

/// What requests of every dialect need.
#[derive(Clone)]
pub struct Shared {
    /// Somebody follows a link to a file.
    pub read_file: Arc<dyn ReadFile>,
    /// How the server is.
    pub check_health: Arc<dyn CheckHealth>,
    /// Makes request ids.
    pub secrets: Arc<dyn SecretSource>,
    /// How much of the server one client may use.
    pub http: HttpLimits,
    /// Which requests leave a line in the log.
    pub access: Arc<AccessLog>,
}

/// Everything that is served on one listener.
#[derive(Clone)]
pub struct HttpApi {
    /// What requests of every dialect need.
    pub shared: Shared,
    /// The dialects.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// What live streams need; `None` where there are none.
    pub live: Option<LiveApi>,
    /// How the API is described.
    pub reference: Reference,
}

/// How the API is described: for programs at `/openapi.json`, for people at `/docs/`.
#[derive(Clone)]
pub struct Reference {
    /// The OpenAPI document.
    pub document: Arc<str>,
    /// The script that starts the page for people.
    pub script: Arc<str>,
    /// Keys that are filled in for whoever opens the page, as JSON. `None` but in a demo.
    pub credentials: Option<Arc<str>>,
    /// More pages, which only a demo has.
    pub pages: Vec<Page>,
}

/// A file of a page for people.
#[derive(Clone)]
pub struct Page {
    /// Where it is.
    pub path: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// Its content.
    pub text: Arc<str>,
}
