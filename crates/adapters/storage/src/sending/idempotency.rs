//! Results of sends with a key, for reading: table `idempotency_keys`.

use async_trait::async_trait;
use sixin_application::sending::ports::{AppendError, IdempotencyKeys, Repetition};
use sixin_domain::message::Placed;

use crate::database::Database;
use crate::sending::{keys, nonces};

#[async_trait]
impl IdempotencyKeys for Database {
    async fn find(&self, send: &Repetition) -> Result<Option<Vec<Placed>>, AppendError> {
        let send = send.clone();
        self.read(move |conn| {
            let ids: Vec<_> = send.nonce.iter().map(nonces::id).collect();
            if !nonces::used(conn, &ids)?.is_empty() {
                return Ok(Err(AppendError::NonceUsed));
            }
            let known = keys::known(conn, &[keys::scope(send.sender, &send.key)])?;
            match known.values().find(|known| known.is_live(send.accepted_at)) {
                Some(known) => Ok(known.result_for(&send.key)?.map(Some).ok_or(AppendError::KeyReused)),
                None => Ok(Ok(None)),
            }
        })
        .await?
    }
}
