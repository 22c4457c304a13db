//! Names lead only to addresses that may be connected to.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use sixin_domain::webhook::address::AddressPolicy;
use thiserror::Error;

/// That a name leads nowhere a receiver may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name leads to no address that may be connected to")]
pub(crate) struct ForbiddenAddress;

/// Resolves names and leaves out what may not be connected to. What it answers is what is connected to: a name that leads elsewhere a
/// moment later changes nothing.
pub(crate) struct FilteringResolver {
    pub(crate) policy: Arc<AddressPolicy>,
    /// Whether only networks that the operator has listed will do: those are reached without TLS.
    pub(crate) listed_only: bool,
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, listed_only) = (Arc::clone(&self.policy), self.listed_only);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let is_fine = |address: &SocketAddr| {
                if listed_only { policy.lists(address.ip()) } else { policy.permits(address.ip()) }
            };
            let permitted: Vec<SocketAddr> = found.filter(is_fine).collect();
            if permitted.is_empty() {
                return Err(ForbiddenAddress.into());
            }
            let addresses: Addrs = Box::new(permitted.into_iter());
            Ok(addresses)
        })
    }
}
