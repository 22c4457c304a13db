//! H: use cases that answer at once, so that what is measured is everything around them: HTTP, signatures, sessions,
//! reading the request, writing the answer.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use sixin::Apis;
use sixin::system::SystemClock;
use sixin_application::ports::Clock;
use sixin_application::sending::pipeline::SendError;
use sixin_application::sending::publish_message::{PublishError, PublishMessage, PublishRequest, Published};
use sixin_application::sending::send_message::{Content, SendMessage, SendRequest, SentMessage};
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::message::Placed;
use sixin_domain::message::body::Body;
use sixin_domain::site::role::RoleBook;
use sixin_fresns::FresnsApi;
use sixin_rongcloud::RongCloudApi;

/// Serves until it is stopped; configured by the environment, as `sixin serve` is.
pub(crate) fn serve() -> ExitCode {
    sixin::serve_with(|apis| {
        let at_once = Arc::new(AtOnce::default());
        Apis {
            rongcloud: RongCloudApi { publish_message: at_once.clone(), ..apis.rongcloud },
            fresns: FresnsApi { send_message: at_once, ..apis.fresns },
            ..apis
        }
    })
}

/// Both use cases: whatever is asked for is answered as if it were done.
#[derive(Debug, Default)]
pub(crate) struct AtOnce {
    ids: AtomicI64,
}

impl AtOnce {
    fn placed(&self) -> Placed {
        let id = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
        Placed {
            id: MessageId(id),
            recipient: UserId(1),
            place: Some((ConversationId(1), id)),
            sent_at: SystemClock.now(),
        }
    }
}

#[async_trait]
impl SendMessage for AtOnce {
    async fn send(&self, request: SendRequest) -> Result<SentMessage, SendError> {
        let text = match request.content {
            Content::Text(text) | Content::File(text) => text,
            Content::Typed(typed) => typed.content,
        };
        Ok(SentMessage {
            placed: self.placed(),
            body: Body::Text(text),
            file: None,
            sender: request.sender,
            sender_roles: Vec::new(),
            role_book: Arc::new(RoleBook(Vec::new())),
            replayed: false,
        })
    }

    async fn pass_on(&self, _: SendRequest) -> Result<(), SendError> {
        Ok(())
    }
}

#[async_trait]
impl PublishMessage for AtOnce {
    async fn publish(&self, request: PublishRequest) -> Result<Published, PublishError> {
        let placed = request.to.into_iter().map(|user| (user, self.placed())).collect();
        Ok(Published { placed, replayed: false })
    }

    async fn pass_on(&self, _: PublishRequest) -> Result<(), PublishError> {
        Ok(())
    }
}
