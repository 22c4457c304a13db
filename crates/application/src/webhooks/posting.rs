//! What goes with everything that is sent: the key and the number that signatures need.

use sixin_domain::time::Millis;
use sixin_domain::webhook::endpoint::Endpoint;

use super::ports::Post;
use super::signing::key_and_nonce;
use super::telling::Telling;
use crate::access::ports::AppKeys;
use crate::ports::{SecretSource, StoreResult};

/// These tellings, or a test without any, ready to be sent.
pub(super) async fn post_to(
    endpoint: Endpoint,
    tellings: Option<Vec<Telling>>,
    at: Millis,
    with: (&dyn AppKeys, &dyn SecretSource),
) -> StoreResult<Post> {
    let (key, nonce) = key_and_nonce(endpoint.app_id.as_deref(), with).await?;
    Ok(Post { endpoint, key, tellings, at, nonce })
}
