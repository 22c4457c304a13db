//! What apps do in the Fresns dialect.

pub(crate) mod conversations;
pub(crate) mod files;
pub(crate) mod fresns3_client;
pub(crate) mod fresns_clients;
pub(crate) mod fresns_rules;
pub(crate) mod identities;
pub(crate) mod names;
pub(crate) mod sign_in;
pub(crate) mod site_reads;
