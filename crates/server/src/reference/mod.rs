//! The page that describes the API, and what it needs to sign what is tried out.

use std::sync::Arc;

use serde_json::json;
use sixin_web::{Page, Reference};

use crate::api::openapi_json;
use crate::demo::Credentials;

const SCRIPT: &str = concat!(include_str!("signing.js"), include_str!("try_it_out.js"));

/// The page, with keys filled in for whoever opens it, and more pages. Only a demo has either.
pub(crate) fn reference(filled_in: Option<Arc<str>>, pages: Vec<Page>) -> Reference {
    Reference { document: openapi_json().into(), script: SCRIPT.into(), credentials: filled_in, pages }
}

/// The keys of a demo as the page takes them.
pub(crate) fn filled_in(demo: &Credentials) -> Arc<str> {
    let user = demo.fresns_sender();
    let keys = json!({
        "rongcloud": {"appKey": demo.rongcloud.app_id, "secret": demo.rongcloud.secret},
        "fresns": {
            "appId": demo.fresns.app_id,
            "secret": demo.fresns.secret,
            "platformId": demo.platform.to_string(),
            "aid": demo.aid,
            "uid": user.map(|user| user.uid.to_string()),
            "token": user.map(|user| &user.token),
        },
    });
    keys.to_string().into()
}
