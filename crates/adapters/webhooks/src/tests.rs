//! What is sent, and whom it is sent to.

mod hook;
mod sending;
mod wire;
