//! What goes with everything that is sent: the key and the number that signatures need.

use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;

use super::ports::Post;
use super::telling::Telling;
use crate::access::ports::AppKeys;
use crate::ports::{SecretSource, StoreResult};

/// Digits of the number that goes into a signature.
const NONCE_DIGITS: u32 = 12;

/// These tellings, or a test without any, ready to be sent.
pub(super) async fn post_to(
    endpoint: Endpoint,
    tellings: Option<Vec<Telling>>,
    at: Millis,
    (keys, secrets): (&dyn AppKeys, &dyn SecretSource),
) -> StoreResult<Post> {
    let key = match &endpoint.app_id {
        Some(app_id) => keys.find(app_id).await?,
        None => None,
    };
    let nonce = secrets.number(NONCE_DIGITS).to_string();
    Ok(Post { endpoint, key, tellings, at, nonce })
}
