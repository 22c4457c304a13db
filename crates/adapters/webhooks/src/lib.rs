//! How receivers of webhooks are reached, and what they are sent (docs/webhooks.md).
//!
//! What is sent is made here of what the application has gathered; whom and when to tell is decided there.

mod bodies;
mod client;
mod described;
mod hook;
mod named;
mod push;
mod rongcloud;
mod standard;

use std::sync::Arc;

use async_trait::async_trait;
use sixin_application::access::ports::Signatures;
use sixin_application::webhooks::ports::{Post, PostFailure, Posted, Poster};
use sixin_domain::webhook::receiver_url::ReceiverUrl;
use sixin_outgoing::{Client, Reach};

pub use described::{DescribedEvent, ENVELOPE, events, schemas};
pub use sixin_outgoing::ClientError;

/// A request that is ready to be sent.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    url: ReceiverUrl,
    content_type: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

/// [`Poster`] over HTTP.
pub struct HttpPoster {
    client: Client,
    signatures: Arc<dyn Signatures>,
}

impl HttpPoster {
    /// Connects only within its reach.
    ///
    /// # Errors
    /// If TLS can't be set up.
    pub fn new(reach: impl Into<Reach>, signatures: Arc<dyn Signatures>) -> Result<Self, ClientError> {
        Ok(Self { client: Client::new(reach)?, signatures })
    }
}

fn failed(why: PostFailure) -> Posted {
    Posted::Failed { why, retry_after_ms: None }
}

#[async_trait]
impl Poster for HttpPoster {
    async fn post(&self, post: Post) -> Posted {
        let patience_ms = post.endpoint.kind.patience_ms();
        let written = if post.endpoint.kind.is_rong_cloud() {
            rongcloud::write(&post, &*self.signatures)
        } else {
            standard::write(&post, &*self.signatures)
        };
        match written {
            Ok(written) => client::deliver(&self.client, written, patience_ms, post.at).await,
            Err(why) => failed(why),
        }
    }
}

#[cfg(test)]
mod tests;
