//! Names lead only to addresses that may be connected to.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use sixin_domain::webhook::address::AddressPolicy;
use thiserror::Error;

/// That a name leads nowhere a receiver may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the name leads to no address that may be connected to")]
pub(crate) struct ForbiddenAddress;

/// What a name leads to.
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Knows what names lead to.
pub(crate) trait Names: Send + Sync {
    /// All addresses of a name.
    fn addresses(&self, name: &str) -> Found;
}

/// What the system knows.
pub(crate) struct SystemNames;

impl Names for SystemNames {
    fn addresses(&self, name: &str) -> Found {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Resolves names and leaves out what may not be connected to. What it answers is what is connected to: a name that leads elsewhere a
/// moment later changes nothing.
pub(crate) struct FilteringResolver {
    pub(crate) names: Arc<dyn Names>,
    pub(crate) policy: Arc<AddressPolicy>,
    /// Whether only networks that the operator has listed will do: those are reached without TLS.
    pub(crate) listed_only: bool,
}

impl Resolve for FilteringResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, listed_only) = (Arc::clone(&self.policy), self.listed_only);
        let found = self.names.addresses(name.as_str());
        Box::pin(async move {
            let is_fine = |address: &IpAddr| {
                if listed_only { policy.lists(*address) } else { policy.permits(*address) }
            };
            let permitted: Vec<SocketAddr> =
                found.await?.into_iter().filter(is_fine).map(|address| (address, 0).into()).collect();
            if permitted.is_empty() {
                return Err(ForbiddenAddress.into());
            }
            let addresses: Addrs = Box::new(permitted.into_iter());
            Ok(addresses)
        })
    }
}
