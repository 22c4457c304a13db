//! The client gateway.

use std::sync::Arc;

use sixin_application::delivery::watching::WatchKeeping;
use sixin_application::files::client_uploads::ClientUploading;
use sixin_application::messages::find_messages::MessageFinding;
use sixin_gateway::GatewayApi;
use sixin_web::live::LiveApi;

use super::Parts;
use super::conversations::Conversations;
use super::files::Files;
use super::messages::Messages;
use super::sending::Sending;
use super::users::Users;
use crate::system::SystemSecrets;

/// What the gateway needs, over what users do anyway; `None` where it is off.
pub(crate) fn gateway(
    parts: &Parts<'_>,
    live: &LiveApi,
    (sending, messages): (&Sending, &Messages),
    (conversations, users): (&Conversations, &Users),
    files: &Files,
) -> Option<GatewayApi> {
    let Parts { config, store, caches, clock, file_links, streams, gate, presence, acks, .. } = parts;
    let values = &config.gateway;
    let find_messages = MessageFinding { log: store.clone(), views: store.clone(), clock: Arc::clone(clock) };
    values.enabled.then(|| GatewayApi {
        app_keys: caches.app_keys.clone(),
        passes: Arc::clone(&live.passes),
        streams: Arc::clone(streams),
        gate: Arc::clone(gate),
        acks: Arc::clone(acks),
        users: caches.users.clone(),
        settings: caches.settings.clone(),
        send_message: Arc::clone(&sending.send_message),
        commands: Arc::clone(&live.commands),
        change_messages: Arc::clone(&messages.change_messages),
        expand_messages: Arc::clone(&messages.expand_messages),
        find_messages: Arc::new(find_messages),
        read_history: Arc::clone(&messages.read_history),
        read_conversations: Arc::clone(&conversations.read_conversations),
        change_conversations: Arc::clone(&conversations.change_conversations),
        keep_watches: Arc::new(WatchKeeping {
            users: caches.users.clone(),
            relations: caches.relations.clone(),
            presence: Arc::clone(presence),
            watches: store.clone(),
            clock: Arc::clone(clock),
        }),
        keep_preferences: Arc::clone(&users.keep_preferences),
        keep_tags: Arc::clone(&conversations.keep_tags),
        keeps_unread: values.keep_unread,
        keep_profiles: Arc::clone(&users.keep_profiles),
        edit_user: Arc::clone(&users.edit_user),
        client_uploads: Arc::new(ClientUploading {
            passes: Arc::clone(&live.passes),
            upload_file: Arc::clone(&files.upload_file),
            files: store.clone(),
            links: Arc::clone(file_links),
            clock: Arc::clone(clock),
        }),
        file_links: Arc::clone(file_links),
        secrets: Arc::new(SystemSecrets),
        clock: Arc::clone(clock),
        limits: config.limits(),
        keys_live_ms: config.keys_live_ms(),
        http: config.http_limits(),
        public_address: Some(values.public_address.as_str()).filter(|place| !place.is_empty()).map(Arc::from),
    })
}
