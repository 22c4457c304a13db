//! What users see of their conversations.

use std::sync::Arc;

use sixin_application::conversations::change_conversations::{ChangeConversations, ConversationChanging};
use sixin_application::conversations::keep_tags::{KeepTags, TagKeeping};
use sixin_application::conversations::read_conversations::{ConversationReading, ReadConversations};

use super::Parts;

/// The use cases.
pub(crate) struct Conversations {
    pub(crate) read_conversations: Arc<dyn ReadConversations>,
    pub(crate) change_conversations: Arc<dyn ChangeConversations>,
    pub(crate) keep_tags: Arc<dyn KeepTags>,
}

impl Conversations {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { store, caches, clock, profiles, .. } = parts;
        Self {
            read_conversations: Arc::new(ConversationReading {
                views: store.clone(),
                users: caches.users.clone(),
                profiles: Arc::clone(profiles),
                clock: Arc::clone(clock),
            }),
            keep_tags: Arc::new(TagKeeping {
                users: caches.users.clone(),
                tags: store.clone(),
                clock: Arc::clone(clock),
            }),
            change_conversations: Arc::new(ConversationChanging {
                users: caches.users.clone(),
                views: store.clone(),
                changes: store.clone(),
                clock: Arc::clone(clock),
            }),
        }
    }
}
