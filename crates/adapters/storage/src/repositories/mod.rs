//! What is read and written besides messages. One file a subject; each implements the ports of its subject.

mod accounts;
mod app_keys;
mod back_end_users;
mod block_words;
mod conversation_changes;
mod conversation_counters;
mod conversation_list;
mod conversation_messages;
mod conversation_pins;
mod conversation_rows;
mod conversation_views;
mod conversations;
mod files;
mod health;
mod idempotency;
mod leases;
mod message_changes;
mod message_expansions;
mod message_logs;
mod nonce_uses;
mod push_preferences;
mod relations;
mod remarks;
mod roles;
mod sensitive_words;
mod sessions;
mod settings;
mod site_secrets;
mod stored_bodies;
mod sweep;
mod unsent_files;
mod user_changes;
mod user_lists;
mod user_restrictions;
mod user_rows;
mod users;

#[cfg(test)]
pub(crate) use self::{
    conversation_list::page as list_page, conversation_list::totals as list_totals,
    conversation_messages::made as logged_messages, conversation_messages::messages as view_messages,
};
