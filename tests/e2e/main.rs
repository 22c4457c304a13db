//! End to end: the built binary, a real database of each kind, real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panicking"
)]

mod apps;
mod back_ends;
mod clients;
mod console;
mod durability;
mod gateway;
mod hooks;
mod hostile;
mod live;
mod operating;
mod push;
mod support;
mod webhooks;

use support::{authority, calls, database, lossy_proxy, nginx, raw, site, upload, walk};

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
