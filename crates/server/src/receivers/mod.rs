//! Who hears and decides outside of this server: receivers of webhooks, hooks, and services that wake devices.

pub(crate) mod hooks;
pub(crate) mod pushing;
pub(crate) mod reach;
pub(crate) mod telling;
pub(crate) mod told;
