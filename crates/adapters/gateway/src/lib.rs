//! The client gateway: RongCloud's own SDK for browsers talks to sixin (docs/client-sdk.md).
//!
//! An app asks [`navigation`] where to connect, then talks over a WebSocket. A connection is a cursor on the log: it is told that
//! something is there, and pulls. What it does runs through the use cases that apps of the other dialect use, by the same rules.

mod api;
mod calls;
mod codes;
mod connection;
mod navigation;
mod news;
mod shown;
mod socket;
mod streaming;
mod uploading;
mod wire;

pub use api::GatewayApi;
