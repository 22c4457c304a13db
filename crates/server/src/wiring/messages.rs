//! What reads and changes stored messages.

use std::sync::Arc;

use sixin_application::messages::change_messages::{ChangeMessages, MessageChanging};
use sixin_application::messages::expand_messages::{ExpandMessages, MessageExpanding};
use sixin_application::messages::grow_messages::{GrowMessages, MessageGrowing};
use sixin_application::messages::read_history::{HistoryReading, ReadHistory};
use sixin_application::messages::read_logs::{LogReading, ReadLogs};

use super::Parts;

/// The use cases.
pub(crate) struct Messages {
    pub(crate) change_messages: Arc<dyn ChangeMessages>,
    pub(crate) grow_messages: Arc<dyn GrowMessages>,
    pub(crate) expand_messages: Arc<dyn ExpandMessages>,
    pub(crate) read_history: Arc<dyn ReadHistory>,
    pub(crate) read_logs: Arc<dyn ReadLogs>,
}

impl Messages {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { store, caches, clock, file_links, texts, .. } = parts;
        Self {
            change_messages: Arc::new(MessageChanging {
                users: caches.users.clone(),
                messages: store.clone(),
                texts: Arc::clone(texts),
                clock: Arc::clone(clock),
            }),
            grow_messages: Arc::new(MessageGrowing {
                users: caches.users.clone(),
                messages: store.clone(),
                growing: store.clone(),
                texts: Arc::clone(texts),
                clock: Arc::clone(clock),
                untold: Arc::clone(&parts.untold),
            }),
            expand_messages: Arc::new(MessageExpanding {
                users: caches.users.clone(),
                messages: store.clone(),
                expansions: store.clone(),
                clock: Arc::clone(clock),
            }),
            read_history: Arc::new(HistoryReading {
                users: caches.users.clone(),
                views: store.clone(),
                changes: store.clone(),
                expansions: store.clone(),
                clock: Arc::clone(clock),
            }),
            read_logs: Arc::new(LogReading {
                logs: store.clone(),
                users: caches.users.clone(),
                settings: caches.settings.clone(),
                links: Arc::clone(file_links),
                clock: Arc::clone(clock),
                bulkhead: LogReading::usual_bulkhead(),
            }),
        }
    }
}
