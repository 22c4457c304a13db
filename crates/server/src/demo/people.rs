//! The page on which two people of the demo chat. Its files are in the binary.

use std::sync::Arc;

use serde_json::json;
use sixin_web::Page;

use super::Credentials;

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = concat!(include_str!("../reference/signing.js"), include_str!("page/page.js"));

/// The files of the page, and the keys with which it speaks for its people.
pub(super) fn pages(credentials: &Credentials) -> Vec<Page> {
    let people = json!({
        "rongcloud": {"appKey": credentials.rongcloud.app_id, "secret": credentials.rongcloud.secret},
        "fresns": {
            "appId": credentials.fresns.app_id,
            "secret": credentials.fresns.secret,
            "platformId": credentials.platform.to_string(),
            "aid": credentials.aid,
        },
        "users": credentials.users,
    });
    let page = |path, content_type, text: &str| Page { path, content_type, text: Arc::from(text) };
    vec![
        page("/demo/", "text/html; charset=utf-8", HTML),
        page("/demo/page.css", "text/css; charset=utf-8", STYLE),
        page("/demo/page.js", "text/javascript; charset=utf-8", SCRIPT),
        page("/demo/people.json", "application/json; charset=utf-8", &people.to_string()),
    ]
}
