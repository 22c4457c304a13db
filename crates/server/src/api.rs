//! What the server serves over HTTP: both dialects and what they share.

use std::sync::Arc;

use sixin_fresns::FresnsApi;
use sixin_rongcloud::RongCloudApi;
use sixin_web::live::{self, LiveApi};
use sixin_web::{HttpApi, Page, Shared, openapi};

use crate::reference::reference;

const ABOUT: &str = "One-to-one messages over one store, in two HTTP dialects: Fresns (apps call with their user's \
token) and RongCloud (back ends sign with their app secret). A message sent through one is a message in the other. \
Nothing is acknowledged before it is committed to disk. Repeated slashes in paths count as one; parameters nobody \
knows are ignored. Every answer has the header X-Request-Id.";

/// The use cases behind each dialect.
#[derive(Clone)]
pub struct Apis {
    /// Those of the RongCloud dialect.
    pub rongcloud: RongCloudApi,
    /// Those of the Fresns dialect.
    pub fresns: FresnsApi,
    /// What requests of both need.
    pub shared: Shared,
    /// What live streams need; `None` where there are none.
    pub live: Option<LiveApi>,
    /// Keys that the reference page fills in, as JSON. `None` but in a demo.
    pub filled_in: Option<Arc<str>>,
    /// Pages that only a demo has.
    pub pages: Vec<Page>,
}

impl From<Apis> for HttpApi {
    fn from(apis: Apis) -> Self {
        let Apis { rongcloud, fresns, shared, live, filled_in, pages } = apis;
        Self {
            shared,
            dialects: vec![Arc::new(rongcloud), Arc::new(fresns)],
            live,
            reference: reference(filled_in, pages),
        }
    }
}

/// The OpenAPI document of the whole server, always the same text for the same build.
#[must_use]
pub fn openapi_json() -> String {
    let parts = vec![sixin_rongcloud::description(), sixin_fresns::description(), live::description()];
    openapi::document(ABOUT, env!("CARGO_PKG_VERSION"), parts)
}
