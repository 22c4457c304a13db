//! Live streams.

use std::sync::Arc;

use sixin_application::delivery::commands::LiveActions;
use sixin_application::delivery::passes::LiveAdmission;
use sixin_application::push::keep_devices::DeviceKeeping;
use sixin_web::live::LiveApi;

use super::Parts;
use super::conversations::Conversations;
use super::sending::Sending;
use crate::system::SystemSecrets;

/// What live streams need, over what users do anyway.
pub(crate) fn live(parts: &Parts<'_>, sending: &Sending, conversations: &Conversations) -> LiveApi {
    let Parts { config, store, caches, clock, file_links, streams, gate, presence, .. } = parts;
    LiveApi {
        streams: Arc::clone(streams),
        // None of these answers from memory: a stream is ended right after what ends it.
        passes: Arc::new(LiveAdmission {
            sessions: store.clone(),
            devices: store.clone(),
            users: store.clone(),
            settings: caches.settings.clone(),
            links: Arc::clone(file_links),
            secrets: Arc::new(SystemSecrets),
            clock: Arc::clone(clock),
            used: store.clone(),
        }),
        commands: Arc::new(LiveActions {
            send_message: Arc::clone(&sending.send_message),
            change_conversations: Arc::clone(&conversations.change_conversations),
            users: caches.users.clone(),
            relations: caches.relations.clone(),
            live: Arc::clone(&parts.signals),
            clock: Arc::clone(clock),
            keys_live_ms: config.keys_live_ms(),
        }),
        presence: Arc::clone(presence),
        users: caches.users.clone(),
        relations: caches.relations.clone(),
        devices: Arc::new(DeviceKeeping { devices: store.clone(), clock: Arc::clone(clock) }),
        acks: Arc::clone(&parts.acks),
        browser_key: parts.browser_key.clone(),
        http: config.http_limits(),
        gate: Arc::clone(gate),
        secrets: Arc::new(SystemSecrets),
        clock: Arc::clone(clock),
    }
}
