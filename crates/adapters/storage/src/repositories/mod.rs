//! What is read and written besides messages. One file a subject; each implements the ports of its subject.

mod app_keys;
mod block_words;
mod conversations;
mod files;
mod health;
mod idempotency;
mod leases;
mod relations;
mod roles;
mod sessions;
mod settings;
mod stored_bodies;
mod sweep;
mod users;
