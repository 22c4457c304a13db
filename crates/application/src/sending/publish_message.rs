//! A back end publishes a message for one of its users (docs/wire/rongcloud.md#publish).

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::ViewedMessage;
use sixin_domain::hook::rule::Origin;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::{Envelope, Placed, Saying, WantedEffects};
use sixin_domain::sending::may_write::{Speaker, may_write, standing_sender};
use sixin_domain::sending::rate::OwnRate;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::User;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::delivery::Signal;
use crate::delivery::ports::{DeliveredMessage, LiveSignals};
use crate::ports::{Clock, StoreError};
use crate::sending::back_end_texts::BackEndTexts;
use crate::sending::pipeline::{Addressee, Draft, Pipeline, SendError};
use crate::sending::ports::{IdempotencyKey, NonceUse, Stored};
use crate::users::ports::{Relations, Users};

/// What a back end wants to publish. It is well formed; whether it may be published is asked here.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// For whom it speaks.
    pub from: Username,
    /// Who gets it, in request order; doubles are delivered once, and the sender is passed over.
    pub to: Vec<Username>,
    /// The type of the content.
    pub object_name: ObjectName,
    /// What is said.
    pub said: Said,
    /// What the message is to do to the views.
    pub effects: WantedEffects,
    /// Whether recipients on whose relation a block stands are skipped.
    pub verify_blacklist: bool,
    /// The nonce this uses up.
    pub nonce: Option<NonceUse>,
    /// By what its repeats are known.
    pub idempotency: Option<IdempotencyKey>,
    /// The rate that holds instead of the site's, if the app key has one of its own.
    pub own_rate: Option<OwnRate>,
}

/// What a back end says to one recipient or to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The content, byte for byte.
    pub content: String,
    /// The text in it, if it is a text message.
    pub text: Option<String>,
    /// How it is to reach devices, kept with the message.
    pub delivery: Option<DeliveryOptions>,
}

/// Who is told what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// All recipients are told the same.
    ToAll(Wording),
    /// Each is told something of its own, in the order of the recipients (docs/wire/rongcloud.md#template).
    ToEach(Vec<Wording>),
}

impl Said {
    /// What the recipient at that position is told.
    fn to(&self, position: usize) -> Option<&Wording> {
        match self {
            Self::ToAll(wording) => Some(wording),
            Self::ToEach(wordings) => wordings.get(position),
        }
    }
}

/// Messages that are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Who got one and where it is, in the order of the request that stored them.
    pub placed: Vec<(Username, Placed)>,
    /// Whether they were stored before and this request only repeats that one.
    pub replayed: bool,
}

/// Why nothing was published.
#[derive(Debug, Error)]
pub enum PublishError {
    /// A rule says no because of that user.
    #[error("{refusal} ({user})")]
    User {
        /// The rule.
        refusal: Refusal,
        /// The user it is about.
        user: Username,
    },
    /// It was not accepted for another reason.
    #[error(transparent)]
    Send(#[from] SendError),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        Self::Send(error.into())
    }
}

impl From<Refusal> for PublishError {
    fn from(refusal: Refusal) -> Self {
        Self::Send(refusal.into())
    }
}

/// Publishes messages of back ends.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait PublishMessage: Send + Sync {
    /// Publishes to all recipients or none, and answers where the message of each recipient is, in request order.
    /// `Ok` means that all of them are committed and on disk. A repeat is answered with the first messages, even if the
    /// rules would refuse it by now.
    async fn publish(&self, request: PublishRequest) -> Result<Published, PublishError>;

    /// For what reaches only users who are online now (docs/wire/rongcloud.md#status-message): looks whether it may
    /// be published, by the same rules, and shows it to those who are connected. Nothing is stored, counted or limited.
    async fn pass_on(&self, request: PublishRequest) -> Result<(), PublishError>;
}

/// [`PublishMessage`] over the ports.
pub struct MessagePublishing {
    /// Senders and recipients.
    pub users: Arc<dyn Users>,
    /// Who blocks whom.
    pub relations: Arc<dyn Relations>,
    /// What becomes of forbidden words.
    pub texts: Arc<BackEndTexts>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where accepted messages go.
    pub pipeline: Arc<Pipeline>,
    /// Who is connected.
    pub live: Arc<dyn LiveSignals>,
}

#[async_trait]
impl PublishMessage for MessagePublishing {
    async fn publish(&self, request: PublishRequest) -> Result<Published, PublishError> {
        let users = self.users(&request).await?;
        let stored = match self.store(&request, &users).await {
            Err(refused @ (PublishError::User { .. } | PublishError::Send(SendError::Refused(_)))) => {
                self.earlier(&request, &users).await?.ok_or(refused)?
            }
            other => other?,
        };
        let mut names: HashMap<UserId, Username> =
            users.into_iter().map(|(name, user)| (user.id, name)).collect();
        let named = |placed: Placed| Some((names.remove(&placed.recipient)?, placed));
        Ok(Published {
            placed: stored.placed.into_iter().filter_map(named).collect(),
            replayed: stored.replayed,
        })
    }

    async fn pass_on(&self, request: PublishRequest) -> Result<(), PublishError> {
        let users = self.users(&request).await?;
        let (sender, recipients) = self.permitted(&request, &users).await?;
        let (common, addressees) = self.addressed(&request, &recipients).await?;
        let sender_visible = request.effects.of_type(&request.object_name).sender_visible;
        let is_heard_by_sender = sender_visible && self.live.may_be_connected(sender);
        let heard = |addressee: &Addressee| is_heard_by_sender || self.live.may_be_connected(addressee.user);
        let addressees: Vec<Addressee> = addressees.into_iter().filter(heard).collect();
        if addressees.is_empty() {
            return Ok(());
        }
        let ids = self.pipeline.fresh_ids(addressees.len()).await?;
        for (id, addressee) in ids.into_iter().zip(addressees) {
            let recipient = addressee.user;
            let Saying { body, delivery } = addressee.own.map_or_else(|| common.clone(), |own| *own);
            let message = ViewedMessage {
                id: MessageId(id),
                seq: 0,
                sender,
                sent_at: self.clock.now(),
                body,
                file: None,
                read_at: None,
                is_counted: false,
                delivery,
                edited_at: None,
            };
            let status = DeliveredMessage::status(message, recipient, sender_visible);
            let status = Signal::Status(Arc::new(status));
            let hearers: &[UserId] = if sender_visible { &[recipient, sender] } else { &[recipient] };
            self.live.signal(hearers, &status);
        }
        Ok(())
    }
}

impl MessagePublishing {
    /// Sender and recipients as far as they exist, by name.
    async fn users(&self, request: &PublishRequest) -> Result<HashMap<Username, Arc<User>>, PublishError> {
        let names: Vec<Username> = std::iter::once(&request.from).chain(&request.to).cloned().collect();
        let users = self.users.find_named(&names).await?;
        Ok(users.into_iter().map(|user| (user.username.clone(), user)).collect())
    }

    /// Rules first, then the store.
    async fn store(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, Arc<User>>,
    ) -> Result<Stored, PublishError> {
        let (sender, recipients) = self.permitted(request, users).await?;
        let (Saying { body, delivery }, recipients) = self.addressed(request, &recipients).await?;
        let envelope =
            Envelope { sender, body, effects: request.effects.of_type(&request.object_name), delivery };
        let (nonce, idempotency) = (request.nonce.clone(), request.idempotency.clone());
        let (origin, own_rate, attachment) = (Origin::RongCloud, request.own_rate, None);
        let draft = Draft { origin, envelope, recipients, attachment, nonce, idempotency, own_rate };
        Ok(self.pipeline.send(draft).await?.stored)
    }

    /// What is said, after forbidden words are replaced, and who is told something else.
    async fn addressed(
        &self,
        request: &PublishRequest,
        recipients: &[(usize, UserId)],
    ) -> Result<(Saying, Vec<Addressee>), PublishError> {
        let (first, others) = recipients.split_first().ok_or_else(misaddressed)?;
        let common = self.saying(request, first.0).await?;
        let mut addressees = vec![Addressee::from(first.1)];
        for (position, user) in others {
            let own = match &request.said {
                Said::ToAll(_) => None,
                Said::ToEach(_) => Some(self.saying(request, *position).await?),
            };
            let own = own.filter(|own| *own != common).map(Box::new);
            addressees.push(Addressee { user: *user, own });
        }
        Ok((common, addressees))
    }

    /// What the recipient at that position is told.
    async fn saying(&self, request: &PublishRequest, position: usize) -> Result<Saying, PublishError> {
        let Wording { content, text, delivery } = request.said.to(position).ok_or_else(misaddressed)?;
        let (content, text) = self.texts.filtered::<PublishError>(content, text.as_deref()).await?;
        let object_name = request.object_name.clone();
        Ok(Saying { body: Body::Typed { object_name, content, text }, delivery: delivery.clone() })
    }

    /// The result that a refused request repeats. A sender that does not exist has sent nothing before.
    async fn earlier(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, Arc<User>>,
    ) -> Result<Option<Stored>, PublishError> {
        match (users.get(&request.from), request.idempotency.clone()) {
            (Some(sender), Some(key)) => {
                Ok(self.pipeline.earlier(sender.id, key, request.nonce.clone()).await?)
            }
            _ => Ok(None),
        }
    }

    /// The sender, and those recipients that may get the message with their positions in the request. One unknown, deleted
    /// or disabled user refuses the whole call; a block only skips its recipient (docs/design.md#whom-rules-bind).
    async fn permitted(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, Arc<User>>,
    ) -> Result<(UserId, Vec<(usize, UserId)>), PublishError> {
        let about = |refusal, user: &Username| PublishError::User { refusal, user: user.clone() };
        let sender = users.get(&request.from).map(Arc::as_ref);
        let sender = standing_sender(sender).map_err(|refusal| about(refusal, &request.from))?;
        if request.object_name.steers_clients()
            && !self.texts.settings.settings().await?.is_on("publish_client_commands")
        {
            return Err(Refusal::TypeReserved.into());
        }
        let relations = if request.verify_blacklist {
            let ids: Vec<UserId> = users.values().map(|user| user.id).collect();
            self.relations.between(sender.id, &ids).await?
        } else {
            HashMap::new()
        };
        let now = self.clock.now();
        let speaker = Speaker::BackEnd { verify_blacklist: request.verify_blacklist };
        let (mut seen, mut permitted) = (HashSet::new(), Vec::new());
        let mut blocked = None;
        // RongCloud passes over a sender among its recipients; but a message to nobody else is a mistake.
        let others = request.to.iter().enumerate().filter(|(_, name)| **name != request.from);
        if others.clone().next().is_none() {
            return Err(about(Refusal::Oneself, &request.from));
        }
        for (position, name) in others.filter(|(_, name)| seen.insert(*name)) {
            let recipient = users.get(name).map(Arc::as_ref);
            let relation = recipient.and_then(|user| relations.get(&user.id)).copied().unwrap_or_default();
            match (may_write(speaker, Some(sender), recipient, relation, now), recipient) {
                (Ok(()), Some(recipient)) => permitted.push((position, recipient.id)),
                (Err(Refusal::Blocked), _) => blocked = Some(name),
                (Err(refusal), _) => return Err(about(refusal, name)),
                (Ok(()), None) => return Err(about(Refusal::RecipientUnknown, name)),
            }
        }
        match blocked {
            Some(name) if permitted.is_empty() => Err(about(Refusal::Blocked, name)),
            _ => Ok((sender.id, permitted)),
        }
    }
}

/// A request names one recipient at least, and says something to each.
fn misaddressed() -> PublishError {
    StoreError::Fault("a publish request without recipients, or without a content for one".into()).into()
}

#[cfg(test)]
mod tests;
