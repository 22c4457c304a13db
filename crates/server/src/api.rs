//! What the server serves over HTTP: both dialects and what they share.

use std::sync::Arc;

use sixin_console::ConsoleApi;
use sixin_fresns::FresnsApi;
use sixin_gateway::GatewayApi;
use sixin_rongcloud::RongCloudApi;
use sixin_web::live::{self, LiveApi};
use sixin_web::{Dialect, HttpApi, HttpLimits, Page, Shared, openapi};

use crate::receivers::told;
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
    /// What the client gateway needs; `None` where it is off.
    pub gateway: Option<GatewayApi>,
    /// What operators need; `None` where the console is off or has a listener of its own.
    pub console: Option<ConsoleApi>,
    /// What live streams need; `None` where there are none.
    pub live: Option<LiveApi>,
    /// Keys that the reference page fills in, as JSON. `None` but in a demo.
    pub filled_in: Option<Arc<str>>,
    /// Pages that only a demo has.
    pub pages: Vec<Page>,
}

impl From<Apis> for HttpApi {
    fn from(apis: Apis) -> Self {
        let Apis { rongcloud, fresns, gateway, console, shared, live, filled_in, pages } = apis;
        let mut dialects: Vec<Arc<dyn Dialect>> = vec![Arc::new(rongcloud), Arc::new(fresns)];
        if let Some(gateway) = gateway {
            // First: where both have a path, it takes what clients ask for and leaves the rest.
            dialects.insert(0, Arc::new(gateway));
        }
        if let Some(console) = console {
            dialects.push(Arc::new(console));
        }
        Self { shared, dialects, live, reference: reference(filled_in, pages) }
    }
}

/// What is served on a listener that is for operators alone.
pub(crate) fn operators_alone(console: ConsoleApi, shared: Shared) -> HttpApi {
    let http = HttpLimits { docs: false, cors_origins: Vec::new(), ..shared.http.clone() };
    HttpApi {
        shared: Shared { http, ..shared },
        dialects: vec![Arc::new(console)],
        live: None,
        reference: reference(None, Vec::new()),
    }
}

/// The OpenAPI document of the whole server, always the same text for the same build.
#[must_use]
pub fn openapi_json() -> String {
    let parts = vec![
        sixin_rongcloud::description(),
        sixin_fresns::description(),
        sixin_fresns::third_description(),
        live::description(),
        sixin_console::description(),
        told::description(),
    ];
    openapi::document(ABOUT, env!("CARGO_PKG_VERSION"), parts)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::openapi_json;

    /// Generators of clients refuse a document in which two have one.
    #[test]
    fn no_two_operations_have_the_same_name() {
        let document: Value = serde_json::from_str(&openapi_json()).unwrap();
        let of = |part: &str| document[part].as_object().unwrap().values();
        let paths = of("paths").chain(of("webhooks"));
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let names = operations.filter_map(|operation| operation["operationId"].as_str());
        let mut known = HashSet::new();
        let repeated: Vec<&str> = names.filter(|name| !known.insert(*name)).collect();
        assert!(repeated.is_empty() && known.len() > 50, "{repeated:?}, {}", known.len());
    }
}
