//! The page on which two people of the demo chat. Its files are in the binary.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use sixin_web::Page;

use super::{Credentials, DemoError};

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(
    include_str!("../reference/signing.js"),
    "(() => {\n\"use strict\";\n",
    include_str!("page/person.js"),
    include_str!("page/sdk-person.js"),
    include_str!("page/page.js"),
    "})();\n",
);

/// RongCloud's SDK for browsers, where npm has put it: it is not ours to pass on.
pub(super) struct Sdk {
    engine: String,
    imlib: String,
}

impl Sdk {
    /// Reads it from a folder `node_modules`.
    pub(super) fn read(modules: &Path) -> Result<Self, DemoError> {
        let module = |name: &str| {
            let path = modules.join("@rongcloud").join(name).join("index.mjs");
            std::fs::read_to_string(&path).map_err(|error| DemoError::File(path.display().to_string(), error))
        };
        // Where one module finds the other, as a bundler would say it; the policy of pages allows no map of imports.
        let imlib = module("imlib-next")?.replace("\"@rongcloud/engine\"", "\"/demo/sdk/engine.mjs\"");
        Ok(Self { engine: module("engine")?, imlib })
    }
}

/// The files of the page, and the keys with which it speaks for its people.
pub(super) fn pages(credentials: &Credentials, sdk: Option<&Sdk>) -> Vec<Page> {
    let people = json!({
        "rongcloud": {"appKey": credentials.rongcloud.app_id, "secret": credentials.rongcloud.secret},
        "fresns": {
            "appId": credentials.fresns.app_id,
            "secret": credentials.fresns.secret,
            "platformId": credentials.platform.to_string(),
            "aid": credentials.aid,
        },
        "users": credentials.users,
        "hasSdk": sdk.is_some(),
    });
    let page = |path, content_type, text: &str| Page { path, content_type, text: Arc::from(text) };
    let script = "text/javascript; charset=utf-8";
    let mut pages = vec![
        page("/demo/", "text/html; charset=utf-8", HTML),
        page("/demo/page.css", "text/css; charset=utf-8", STYLE),
        page("/demo/page.js", script, SCRIPT),
        page("/demo/people.json", "application/json; charset=utf-8", &people.to_string()),
    ];
    if let Some(Sdk { engine, imlib }) = sdk {
        pages.extend([
            page("/demo/sdk/engine.mjs", script, engine),
            page("/demo/sdk/imlib-next.mjs", script, imlib),
        ]);
    }
    pages
}
