//! What stores messages.

use std::sync::Arc;

use sixin_application::hooks::asking::Asking;
use sixin_application::hooks::before_send::BeforeSend;
use sixin_application::sending::pipeline::Pipeline;
use sixin_application::sending::publish_message::{MessagePublishing, PublishMessage};
use sixin_application::sending::rate::{CountedWhat, SendRate};
use sixin_application::sending::send_message::{MessageSending, SendMessage};

use super::Parts;
use crate::receivers::telling::SiteFiles;
use crate::system::SystemSecrets;

/// The use cases.
pub(crate) struct Sending {
    pub(crate) send_message: Arc<dyn SendMessage>,
    pub(crate) publish_message: Arc<dyn PublishMessage>,
}

impl Sending {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { config, store, caches, ids, committer, clock, texts, .. } = parts;
        let before_send = BeforeSend {
            rules: caches.hooks.clone(),
            asking: Asking::new(Arc::clone(&parts.asker), Arc::clone(clock)),
            users: caches.users.clone(),
            keys: caches.app_keys.clone(),
            addresses: Arc::new(SiteFiles(Arc::clone(&parts.file_links))),
            settings: caches.settings.clone(),
            block_words: caches.block_words.clone(),
            texts: Arc::clone(texts),
            limits: config.limits(),
            decisions: Arc::clone(&parts.decisions),
            secrets: Arc::new(SystemSecrets),
            clock: Arc::clone(clock),
        };
        let pipeline = Arc::new(Pipeline {
            before_send: Arc::new(before_send),
            ids: Arc::clone(ids),
            rate: Arc::new(SendRate::new(config.rate(), CountedWhat::Sends, parts.rates.clone())),
            committer: Arc::clone(committer),
            keys: store.clone(),
            clock: Arc::clone(clock),
        });
        Self {
            send_message: Arc::new(MessageSending {
                users: caches.users.clone(),
                relations: caches.relations.clone(),
                roles: caches.roles.clone(),
                block_words: caches.block_words.clone(),
                files: store.clone(),
                stored_bodies: store.clone(),
                clock: Arc::clone(clock),
                pipeline: Arc::clone(&pipeline),
                limits: config.limits(),
                live: Arc::clone(&parts.signals),
            }),
            publish_message: Arc::new(MessagePublishing {
                users: caches.users.clone(),
                relations: caches.relations.clone(),
                texts: Arc::clone(texts),
                clock: Arc::clone(clock),
                pipeline,
                live: Arc::clone(&parts.signals),
            }),
        }
    }
}
