//! Nonces that are used up by requests without messages.

use async_trait::async_trait;
use sixin_application::access::ports::NonceUses;
use sixin_application::ports::StoreResult;
use sixin_application::sending::ports::NonceUse;

use crate::database::Database;
use crate::sending::nonces;

#[async_trait]
impl NonceUses for Database {
    async fn use_up(&self, nonce: &NonceUse) -> StoreResult<bool> {
        let (id, signed_at) = (nonces::id(nonce), nonce.signed_at.0);
        self.write(move |conn| nonces::use_one(conn, id, signed_at)).await
    }
}
