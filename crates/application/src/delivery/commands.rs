//! What users do over a live stream.

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::id::AppKeyId;
use sixin_domain::user::username::UserRef;

use super::listeners::Signal;
use super::passes::LiveGuest;
use super::ports::LiveSignals;
use crate::access::authenticate_user::hash_token;
use crate::conversations::change_conversations::{ChangeConversations, Target};
use crate::conversations::read_conversations::{ConversationError, ConversationRef};
use crate::ports::{Clock, StoreResult};
use crate::sending::pipeline::SendError;
use crate::sending::ports::IdempotencyKey;
use crate::sending::send_message::{Content, SendMessage, SendRequest, SentMessage};
use crate::users::ports::{Relations, Users};

/// A text to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// By what its repeats are known.
    pub key: String,
    /// To whom; `None` if what was given can't be anybody's name.
    pub to: Option<UserRef>,
    /// What.
    pub text: String,
}

/// Carries out what users do over a live stream, by the rules that hold everywhere.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait LiveCommands: Send + Sync {
    /// Sends a text. A repeat is answered with the first message.
    async fn send(&self, guest: &LiveGuest, outgoing: Outgoing) -> Result<SentMessage, SendError>;

    /// Marks what the user received as read.
    async fn read(&self, guest: &LiveGuest, target: &Target) -> Result<(), ConversationError>;

    /// The same for the conversation with somebody.
    async fn read_with(&self, guest: &LiveGuest, with: &UserRef) -> Result<(), ConversationError>;

    /// Tells somebody that the user is writing, unless it may not.
    async fn typing(&self, guest: &LiveGuest, to: &UserRef) -> StoreResult<()>;
}

/// [`LiveCommands`] over use cases and ports.
pub struct LiveActions {
    /// Sends.
    pub send_message: Arc<dyn SendMessage>,
    /// Marks.
    pub change_conversations: Arc<dyn ChangeConversations>,
    /// The users.
    pub users: Arc<dyn Users>,
    /// Who blocks whom.
    pub relations: Arc<dyn Relations>,
    /// Who is connected.
    pub live: Arc<dyn LiveSignals>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How long keys are kept, in milliseconds.
    pub keys_live_ms: i64,
}

/// Under which app key the keys of live streams are kept: a stream belongs to none.
const NO_APP_KEY: AppKeyId = AppKeyId(0);

#[async_trait]
impl LiveCommands for LiveActions {
    async fn send(&self, guest: &LiveGuest, outgoing: Outgoing) -> Result<SentMessage, SendError> {
        let Outgoing { key, to, text } = outgoing;
        let said = format!("{to:?}\n{text}");
        let idempotency = IdempotencyKey {
            app_key: NO_APP_KEY,
            key: format!("live {key}"),
            fingerprint: hash_token(&said),
            lives_ms: self.keys_live_ms,
        };
        let request = SendRequest {
            sender: Arc::clone(&guest.viewer.user),
            settings: Arc::clone(&guest.viewer.settings),
            to,
            content: Content::Text(text),
            nonce: None,
            idempotency: Some(idempotency),
            own_rate: None,
        };
        self.send_message.send(request).await
    }

    async fn read(&self, guest: &LiveGuest, target: &Target) -> Result<(), ConversationError> {
        self.change_conversations.mark_read(&guest.viewer, target).await
    }

    async fn read_with(&self, guest: &LiveGuest, with: &UserRef) -> Result<(), ConversationError> {
        self.read(guest, &Target::Conversation(ConversationRef::With(with.clone()))).await
    }

    async fn typing(&self, guest: &LiveGuest, to: &UserRef) -> StoreResult<()> {
        let sender = &guest.viewer.user;
        let is_kept_out = sender.restrictions.is_muted || sender.restrictions.is_banned(self.clock.now());
        let Some(to) = self.users.find(to).await?.filter(|to| to.id != sender.id && !is_kept_out) else {
            return Ok(());
        };
        let relation = self.relations.between(sender.id, &[to.id]).await?.remove(&to.id).unwrap_or_default();
        if !relation.recipient_blocked_sender && !relation.sender_blocked_recipient {
            self.live.signal(&[to.id], &Signal::Typing { from: sender.id });
        }
        Ok(())
    }
}
