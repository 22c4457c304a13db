//! What is sent, and whom it is sent to.

mod sending;
mod wire;
