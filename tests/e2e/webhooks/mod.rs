//! Webhooks: receivers that are told what happens, whatever becomes of them and of the server.

mod crash;
mod described;
mod failing;
mod libraries;
mod operating;
pub(crate) mod receiver;
mod refused;
pub(crate) mod rongcloud;
mod standard;
mod tls;
