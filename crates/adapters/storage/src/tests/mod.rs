//! One suite for every database: each test runs on SQLite and on MySQL, with a fresh database of its own.

mod accounts;
mod append;
mod conversation_changes;
mod conversation_views;
mod credentials;
mod faults;
mod files;
mod harness;
mod hot_reads;
mod kept_for_users;
mod leases;
mod lost_connections;
mod message_changes;
mod message_expansions;
mod message_logs;
mod migrations;
mod model;
mod people;
mod query_plans;
mod send_once;
mod sensitive_words;
mod shared_content;
mod site;
mod statement_counts;
mod traps;
mod truth;

/// Makes a test for each database out of each function.
macro_rules! on_every_database {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { crate::tests::harness::on_sqlite(super::$name); })+
        }
        mod mysql {
            $(#[test] fn $name() { crate::tests::harness::on_mysql(super::$name); })+
        }
    };
}
pub(crate) use on_every_database;
