//! Clients that are none.
