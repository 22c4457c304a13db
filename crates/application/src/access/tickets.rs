//! What tickets have in common, whatever they let one in to: each works once.

use sixin_domain::id::AppKeyId;

use crate::access::ports::NonceUses;
use crate::ports::{Clock, StoreResult};
use crate::sending::ports::NonceUse;

/// Characters of a ticket's nonce.
pub(crate) const NONCE_CHARS: usize = 16;
/// In whose name nonces of tickets are used up: they are signed by no app key.
const NO_APP_KEY: AppKeyId = AppKeyId(0);

/// Uses a ticket up; `false` if that was done before, by whatever process.
///
/// # Errors
/// If the store could not.
pub(crate) async fn use_up(used: &dyn NonceUses, nonce: String, clock: &dyn Clock) -> StoreResult<bool> {
    used.use_up(&NonceUse { app_key: NO_APP_KEY, nonce, signed_at: clock.now() }).await
}
