//! One suite for every database: each test runs on SQLite and on MySQL, with a fresh database of its own.

mod access;
mod commits;
mod conversations;
mod differences;
mod files;
mod harness;
mod hooks;
mod log;
mod messages;
mod migrations;
mod model;
mod operations;
mod operators;
mod push;
mod sending;
mod site;
mod users;
mod webhooks;

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
