//! Entities and rules of sixin.
//!
//! Nothing in this crate does I/O, waits, or asks what time it is: a rule gets all it needs as arguments and
//! answers with a value. The words are those of `ARCHITECTURE.md`.

pub mod access;
pub mod conversation;
pub mod event;
pub mod file;
pub mod hook;
pub mod id;
pub mod log;
pub mod message;
pub mod network;
pub mod operator;
pub mod push;
pub mod retention;
pub mod sending;
pub mod site;
#[cfg(test)]
mod testing;
pub mod text;
pub mod time;
pub mod user;
pub mod webhook;
