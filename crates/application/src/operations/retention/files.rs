//! Uploads whose address stands in contents of messages: no column says which messages name them, so all messages are read.

use std::collections::HashSet;
use std::sync::Arc;

use sixin_domain::id::{FileId, ID_EPOCH, MessageId, first_id_at};
use sixin_domain::time::Millis;
use tokio::time::{Instant, sleep};

use super::{Retention, pause_after};
use crate::operations::ports::{NamedUpload, Naming};
use crate::ports::StoreResult;

/// A message may be stored so long after its id was made, so for so long other messages are read again.
const UNDER_WAY_MS: i64 = 60_000;

/// What a look at all messages has found.
struct Looked {
    unnamed: Vec<NamedUpload>,
    /// Behind which messages may have come meanwhile.
    until: MessageId,
}

impl Retention {
    /// Gives up uploads from before `before` that no message names; answers how many.
    pub(super) async fn remove_files(&self, before: Millis, now: Millis) -> StoreResult<u64> {
        let (mut removed, mut after) = (0, FileId(0));
        loop {
            let uploads = self.rows.named_uploads(before, after).await?;
            let Some(last) = uploads.last() else { return Ok(removed) };
            after = last.file;
            let Some(Looked { unnamed, until }) = self.look(uploads, MessageId(0), usize::MAX).await? else {
                return Ok(removed);
            };
            let since = MessageId(until.0 - first_id_at(ID_EPOCH.plus(UNDER_WAY_MS)));
            let Some(Looked { unnamed, .. }) = self.look(unnamed, since, usize::MAX).await? else {
                return Ok(removed);
            };
            if !unnamed.is_empty() {
                removed += self.rows.give_up_named(&unnamed, now).await?;
            }
        }
    }

    /// How many there are, and whether all were counted within so many looks at messages.
    pub(super) async fn count_files(&self, before: Millis, looks: usize) -> StoreResult<(u64, bool)> {
        let (mut count, mut after) = (0, FileId(0));
        loop {
            let uploads = self.rows.named_uploads(before, after).await?;
            let Some(last) = uploads.last() else { return Ok((count, true)) };
            after = last.file;
            let Some(looked) = self.look(uploads, MessageId(0), looks).await? else {
                return Ok((count, false));
            };
            count += u64::try_from(looked.unnamed.len()).unwrap_or(u64::MAX);
        }
    }

    /// Reads the messages behind one, and leaves those of the uploads that none of them names. `None`: there are more messages than
    /// may be read.
    async fn look(
        &self,
        uploads: Vec<NamedUpload>,
        since: MessageId,
        looks: usize,
    ) -> StoreResult<Option<Looked>> {
        let fids: Arc<HashSet<String>> = Arc::new(uploads.iter().map(|upload| upload.fid.clone()).collect());
        let (mut named, mut until) = (HashSet::new(), since);
        for _ in 0..looks {
            let begun = Instant::now();
            let Naming { fids: found, next } = self.rows.naming(Arc::clone(&fids), until).await?;
            named.extend(found);
            let Some(next) = next else {
                let unnamed = uploads.into_iter().filter(|upload| !named.contains(&upload.fid)).collect();
                return Ok(Some(Looked { unnamed, until }));
            };
            until = next;
            sleep(pause_after(begun.elapsed())).await;
        }
        Ok(None)
    }
}
