//! A user sends a message (docs/wire/fresns.md#send-steps, steps 5 to 20).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::file::StoredFile;
use sixin_domain::hook::rule::Origin;
use sixin_domain::id::{FileUsageId, MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::{Effects, Envelope, Placed};
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::may_write::{SiteRules, Speaker, may_write};
use sixin_domain::sending::rate::OwnRate;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::{RoleBook, UserRole};
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::UserRef;
use sixin_domain::user::{Relation, User};

use crate::delivery::Signal;
use crate::delivery::ports::{DeliveredMessage, LiveSignals};
use crate::files::ports::Files;
use crate::ports::{Clock, StoreError};
use crate::sending::back_end_texts::filtered_content;
use crate::sending::pipeline::{Accepted, Draft, Pipeline, SendError};
use crate::sending::ports::{IdempotencyKey, NonceUse, Stored, StoredBodies};
use crate::site::block_words::applied;
use crate::site::ports::{BlockWordSource, Roles};
use crate::users::ports::{Relations, Users};

/// What a user wants to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text, not empty.
    Text(String),
    /// The public id of a file that was uploaded before.
    File(String),
    /// A content of a type, as clients of RongCloud's kits send it. It follows the rules of its type.
    Typed(Box<TypedContent>),
}

/// A content of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedContent {
    /// The type.
    pub object_name: ObjectName,
    /// The content, byte for byte.
    pub content: String,
    /// The text in it, if it is a text message.
    pub text: Option<String>,
    /// What the message does to the two views.
    pub effects: Effects,
    /// How it is to reach devices.
    pub delivery: Option<DeliveryOptions>,
}

/// A message a user wants to send.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// Who sends.
    pub sender: Arc<User>,
    /// The settings in force.
    pub settings: Arc<Settings>,
    /// To whom, or `None` if the text given can't be anybody's name.
    pub to: Option<UserRef>,
    /// What.
    pub content: Content,
    /// The nonce this uses up.
    pub nonce: Option<NonceUse>,
    /// By what its repeats are known.
    pub idempotency: Option<IdempotencyKey>,
    /// The rate that holds instead of the site's, if the app key has one of its own.
    pub own_rate: Option<OwnRate>,
}

/// A user's message that is stored.
#[derive(Debug, Clone)]
pub struct SentMessage {
    /// Where it is.
    pub placed: Placed,
    /// What was stored, after block words were replaced.
    pub body: Body,
    /// The file of a file message.
    pub file: Option<StoredFile>,
    /// Who sent it.
    pub sender: Arc<User>,
    /// The sender's roles.
    pub sender_roles: Vec<UserRole>,
    /// All roles of the site.
    pub role_book: Arc<RoleBook>,
    /// Whether it was stored before and this request only repeats that one.
    pub replayed: bool,
}

/// Sends messages of users.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SendMessage: Send + Sync {
    /// Sends one message. `Ok` means that it is committed and on disk. A repeat is answered with the first message, even
    /// if the rules would refuse it by now.
    async fn send(&self, request: SendRequest) -> Result<SentMessage, SendError>;

    /// For what reaches only a user who is online now: looks whether it may be sent, by the same rules, and shows it to the
    /// recipient if that is connected. Nothing is stored, counted or limited.
    async fn pass_on(&self, request: SendRequest) -> Result<(), SendError>;
}

/// [`SendMessage`] over the ports.
pub struct MessageSending {
    /// The recipients.
    pub users: Arc<dyn Users>,
    /// Who follows and blocks whom.
    pub relations: Arc<dyn Relations>,
    /// Who has which role.
    pub roles: Arc<dyn Roles>,
    /// The words to be replaced or refused.
    pub block_words: Arc<dyn BlockWordSource>,
    /// The files that can be sent.
    pub files: Arc<dyn Files>,
    /// What earlier messages hold.
    pub stored_bodies: Arc<dyn StoredBodies>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where accepted messages go.
    pub pipeline: Arc<Pipeline>,
    /// How long texts may be.
    pub limits: Limits,
    /// Who is connected.
    pub live: Arc<dyn LiveSignals>,
}

#[async_trait]
impl SendMessage for MessageSending {
    async fn send(&self, request: SendRequest) -> Result<SentMessage, SendError> {
        let sender_roles = self.roles.of(request.sender.id).await?;
        let role_book = self.roles.book().await?;
        let (placed, body, file, replayed) = match self.store(&request, &sender_roles, &role_book).await {
            Err(SendError::Refused(refusal)) => self.earlier(&request, refusal).await?,
            other => other?,
        };
        Ok(SentMessage { placed, body, file, sender: request.sender, sender_roles, role_book, replayed })
    }

    async fn pass_on(&self, request: SendRequest) -> Result<(), SendError> {
        let sender_roles = self.roles.of(request.sender.id).await?;
        let role_book = self.roles.book().await?;
        let recipient = self.permitted_recipient(&request, &sender_roles, &role_book).await?;
        let (body, _) = self.body(&request, &recipient).await?;
        if !self.live.may_be_connected(recipient.id) {
            return Ok(());
        }
        let id = self.pipeline.fresh_ids(1).await?.pop().ok_or(SendError::Unknown)?;
        let message = ViewedMessage {
            id: MessageId(id),
            seq: 0,
            sender: request.sender.id,
            sent_at: self.clock.now(),
            body,
            file: None,
            read_at: None,
            is_counted: false,
            delivery: None,
            edited_at: None,
        };
        let status = DeliveredMessage::status(message, recipient.id, false);
        self.live.signal(&[recipient.id], &Signal::Status(Arc::new(status)));
        Ok(())
    }
}

/// Where a message is, what it holds, and whether it was there before.
type Sent = (Placed, Body, Option<StoredFile>, bool);

impl MessageSending {
    /// Rules first, then the store.
    async fn store(
        &self,
        request: &SendRequest,
        sender_roles: &[UserRole],
        role_book: &RoleBook,
    ) -> Result<Sent, SendError> {
        let recipient = self.permitted_recipient(request, sender_roles, role_book).await?;
        let (body, attachment) = self.body(request, &recipient).await?;
        let file = attachment.as_ref().map(|(file, _)| file.clone());
        let (origin, effects, delivery) = match &request.content {
            Content::Typed(typed) => {
                let delivery = typed.delivery.clone().unwrap_or_default();
                let delivery = DeliveryOptions { is_of_client: Some(true), ..delivery };
                (Origin::Client, typed.effects, Some(delivery))
            }
            Content::Text(_) | Content::File(_) => (Origin::Fresns, Effects::OWN, None),
        };
        let envelope = Envelope { sender: request.sender.id, body: body.clone(), effects, delivery };
        let (nonce, idempotency) = (request.nonce.clone(), request.idempotency.clone());
        let recipients = vec![recipient.id.into()];
        let own_rate = request.own_rate;
        let draft = Draft { origin, envelope, recipients, attachment, nonce, idempotency, own_rate };
        let Accepted { stored, replaced } = self.pipeline.send(draft).await?;
        if stored.replayed {
            return self.as_stored(stored).await;
        }
        let placed = stored.placed.first().copied().ok_or(SendError::Unknown)?;
        Ok((placed, replaced.unwrap_or(body), file, false))
    }

    /// The message that a refused request repeats, or the refusal if it repeats none.
    async fn earlier(&self, request: &SendRequest, refusal: Refusal) -> Result<Sent, SendError> {
        let Some(key) = request.idempotency.clone() else { return Err(refusal.into()) };
        match self.pipeline.earlier(request.sender.id, key, request.nonce.clone()).await? {
            Some(stored) => self.as_stored(stored).await,
            None => Err(refusal.into()),
        }
    }

    /// An earlier message as it was stored: block words may have been others then.
    async fn as_stored(&self, stored: Stored) -> Result<Sent, SendError> {
        let placed = stored.placed.first().copied().ok_or(SendError::Unknown)?;
        let body = self.stored_bodies.find(placed.id).await?;
        let gone = || StoreError::Fault(format!("message {} is gone", placed.id).into());
        let (body, file) = body.ok_or_else(gone)?;
        Ok((placed, body, file, true))
    }

    /// The recipient, if every rule about sender, recipient and site lets the message pass.
    async fn permitted_recipient(
        &self,
        request: &SendRequest,
        sender_roles: &[UserRole],
        role_book: &RoleBook,
    ) -> Result<Arc<User>, SendError> {
        let now = self.clock.now();
        let recipient = match &request.to {
            Some(to) => self.users.find(to).await?,
            None => None,
        };
        let relation = match &recipient {
            Some(recipient) => self.relation(request.sender.id, recipient.id).await?,
            None => Relation::default(),
        };
        let site = SiteRules::of(&request.settings, role_book, sender_roles, now);
        may_write(Speaker::User(&site), Some(&request.sender), recipient.as_deref(), relation, now)?;
        recipient.ok_or(SendError::Refused(Refusal::RecipientUnknown))
    }

    async fn relation(&self, sender: UserId, recipient: UserId) -> Result<Relation, SendError> {
        let relations = self.relations.between(sender, &[recipient]).await?;
        Ok(relations.get(&recipient).copied().unwrap_or_default())
    }

    /// What is stored, and for a file the upload that is used up.
    async fn body(
        &self,
        request: &SendRequest,
        recipient: &User,
    ) -> Result<(Body, Option<(StoredFile, FileUsageId)>), SendError> {
        match &request.content {
            Content::Text(text) => {
                let filter = self.block_words.filter().await?;
                let text = applied::<SendError>(&filter, text).await?.unwrap_or_else(|| text.clone());
                if text.len() > self.limits.text_bytes {
                    return Err(Refusal::TextTooLong.into());
                }
                Ok((Body::Text(text), None))
            }
            Content::Typed(typed) if typed.object_name.steers_clients() => Err(Refusal::TypeReserved.into()),
            Content::Typed(typed) => {
                let filter = self.block_words.filter().await?;
                let (content, text) = (typed.content.as_str(), typed.text.as_deref());
                let (content, text) =
                    filtered_content::<SendError>(&filter, content, text, &self.limits).await?;
                Ok((Body::Typed { object_name: typed.object_name.clone(), content, text }, None))
            }
            Content::File(fid) => {
                let (file, upload) = self.file(fid, request, recipient).await?;
                Ok((Body::File { file: file.id, kind: file.kind }, Some((file, upload))))
            }
        }
    }

    /// Steps 15 to 17: a file the sender uploaded for this recipient, enabled, and of an allowed kind.
    async fn file(
        &self,
        fid: &str,
        request: &SendRequest,
        recipient: &User,
    ) -> Result<(StoredFile, FileUsageId), SendError> {
        let (file, uploads) = self.files.find(fid).await?.ok_or(Refusal::FileUnknown)?;
        let upload = uploads
            .iter()
            .find(|upload| upload.uploader == request.sender.id && is_named(recipient, &upload.addressee))
            .ok_or(Refusal::FileUnknown)?;
        if !file.is_enabled {
            return Err(Refusal::FileDisabled.into());
        }
        if !request.settings.allows_file(file.kind) {
            return Err(Refusal::FileKindForbidden.into());
        }
        Ok((file, upload.usage))
    }
}

/// Whether an `uidOrUsername` names that user.
fn is_named(user: &User, name: &str) -> bool {
    match UserRef::parse(name) {
        Ok(UserRef::Uid(uid)) => user.uid == uid,
        Ok(UserRef::Username(username)) => user.username == username,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests;
