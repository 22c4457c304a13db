//! End to end: the built binary, a real database of each kind, real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod acknowledged;
mod bad_input;
mod bucket;
mod calls;
mod clients;
mod clock;
mod cluster;
mod command_line;
mod concurrency;
mod conversations;
mod crash;
mod database;
mod database_crash;
mod dialects;
mod disk;
mod failing_database;
mod files;
mod fresns_clients;
mod fresns_rules;
mod generated_clients;
mod hot_reads;
mod identities;
mod lossy_proxy;
mod message_logs;
mod names;
mod operations;
mod publish_options;
mod python_client;
mod raw;
mod read_only;
mod reference_page;
mod rongcloud_expansions;
mod rongcloud_messages;
mod rongcloud_templates;
mod rongcloud_users;
mod sdk_replays;
mod sdk_specs;
mod sdk_walk;
mod send_once;
mod sensitive_words;
mod sign_in;
mod site;
mod site_reads;
mod slow_uploads;
mod strict_keys;
mod typescript;
mod upload;
mod walk;

/// Makes a test for each database out of each function.
macro_rules! on_every_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::site::Site::on_sqlite()); })+
        }
        mod mysql {
            $(#[test] fn $name() {
                if let Some(site) = crate::site::Site::on_mysql() { super::$name(&site); }
            })+
        }
    };
}
pub(crate) use on_every_database;
