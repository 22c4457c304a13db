//! Programs of others: SDKs, generated clients, a browser.

pub(crate) mod dialects;
pub(crate) mod generated_clients;
pub(crate) mod login_page;
pub(crate) mod people_page;
pub(crate) mod python_client;
pub(crate) mod reference_page;
pub(crate) mod sdk_clients;
pub(crate) mod sdk_replays;
pub(crate) mod sdk_specs;
pub(crate) mod sdk_walk;
pub(crate) mod typescript;

pub(crate) use sdk_clients::{prepared, run, scripts};
