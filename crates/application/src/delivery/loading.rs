//! Loads messages for all streams of a process at once: many are woken by the same commits, and one look at the store serves
//! all of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use sixin_domain::id::MessageId;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::ports::{DeliveredMessage, EventLog};
use crate::ports::{StoreError, StoreResult};

/// So many streams may wait for messages; others wait to ask.
const WAITING: usize = 4_096;
/// So many are served by one look.
const AT_ONCE: usize = 256;

/// Messages by id.
pub type Loaded = Arc<HashMap<MessageId, Arc<DeliveredMessage>>>;

/// Which messages a stream wants.
#[derive(Debug, Default, Clone)]
pub(crate) struct Wanted {
    pub(crate) kept: Vec<MessageId>,
    pub(crate) transient: Vec<MessageId>,
}

struct Request {
    wanted: Wanted,
    answer: oneshot::Sender<StoreResult<Loaded>>,
}

/// Loads messages.
pub struct MessageLoader {
    requests: mpsc::Sender<Request>,
}

/// What works for a [`MessageLoader`].
pub struct LoaderWork {
    requests: Mutex<mpsc::Receiver<Request>>,
    log: Arc<dyn EventLog>,
}

impl MessageLoader {
    /// A loader and its work, which somebody has to run.
    pub fn new(log: Arc<dyn EventLog>) -> (Self, LoaderWork) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (Self { requests: sender }, LoaderWork { requests: Mutex::new(receiver), log })
    }

    /// The messages with these ids, and maybe others; those that are gone are missing.
    pub(crate) async fn load(&self, wanted: Wanted) -> StoreResult<Loaded> {
        if wanted.kept.is_empty() && wanted.transient.is_empty() {
            return Ok(Loaded::default());
        }
        let (answer, answered) = oneshot::channel();
        let stopped = || StoreError::Unavailable("the server stops".into());
        self.requests.send(Request { wanted, answer }).await.map_err(|_| stopped())?;
        answered.await.map_err(|_| stopped())?
    }
}

impl LoaderWork {
    /// Serves requests until the loader is dropped. Several may run at a time.
    pub async fn run(&self) {
        let mut requests = Vec::with_capacity(AT_ONCE);
        while self.requests.lock().await.recv_many(&mut requests, AT_ONCE).await > 0 {
            let found = self.look(&requests).await;
            let failed = match found {
                Ok(loaded) => {
                    for Request { answer, .. } in requests.drain(..) {
                        // Who has left needs no answer.
                        let _ = answer.send(Ok(Arc::clone(&loaded)));
                    }
                    continue;
                }
                Err(error) => error.repeated(),
            };
            for Request { answer, .. } in requests.drain(..) {
                let _ = answer.send(Err(failed()));
            }
        }
    }

    async fn look(&self, requests: &[Request]) -> StoreResult<Loaded> {
        let ids = |of: fn(&Wanted) -> &[MessageId]| -> Vec<MessageId> {
            let all: BTreeSet<MessageId> =
                requests.iter().flat_map(|request| of(&request.wanted)).copied().collect();
            all.into_iter().collect()
        };
        let (kept, transient) = (ids(|wanted| &wanted.kept), ids(|wanted| &wanted.transient));
        let found = self.log.messages(&kept, &transient).await?;
        Ok(Arc::new(found.into_iter().map(|found| (found.message.id, Arc::new(found))).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::ports::MockEventLog;

    #[tokio::test]
    async fn those_who_ask_at_once_are_served_by_one_look_each_id_once() {
        let mut log = MockEventLog::new();
        log.expect_messages()
            .withf(|kept, transient| kept == [MessageId(1), MessageId(2)] && transient == [MessageId(9)])
            .once()
            .returning(|_, _| Ok(Vec::new()));
        let (loader, work) = MessageLoader::new(Arc::new(log));
        let wanted = |kept: &[i64], transient: &[i64]| Wanted {
            kept: kept.iter().copied().map(MessageId).collect(),
            transient: transient.iter().copied().map(MessageId).collect(),
        };
        let asked = async {
            let (one, other) =
                tokio::join!(loader.load(wanted(&[2, 1], &[])), loader.load(wanted(&[1], &[9])));
            assert!(one.unwrap().is_empty() && other.unwrap().is_empty());
            assert!(loader.load(Wanted::default()).await.unwrap().is_empty(), "nobody is asked for nothing");
            drop(loader);
        };
        tokio::join!(asked, work.run());
    }

    #[tokio::test]
    async fn a_failure_is_that_of_all_who_asked_and_not_of_the_next() {
        let mut log = MockEventLog::new();
        log.expect_messages().once().returning(|_, _| Err(StoreError::Unavailable("away".into())));
        log.expect_messages().once().returning(|_, _| Ok(Vec::new()));
        let (loader, work) = MessageLoader::new(Arc::new(log));
        let wanted = || Wanted { kept: vec![MessageId(1)], transient: Vec::new() };
        let asked = async {
            let (one, other) = tokio::join!(loader.load(wanted()), loader.load(wanted()));
            assert!(one.is_err() && other.is_err());
            assert!(loader.load(wanted()).await.is_ok());
            drop(loader);
        };
        tokio::join!(asked, work.run());
    }
}
