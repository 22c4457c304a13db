//! A back end publishes a message for one of its users (RongCloud seed).

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::body::Body;
use sixin_domain::id::UserId;
use sixin_domain::limits::Limits;
use sixin_domain::message::{Effects, Envelope, Placed};
use sixin_domain::object_name::ObjectName;
use sixin_domain::refusal::Refusal;
use sixin_domain::send_rules::{Speaker, may_write, standing_sender};
use sixin_domain::user::User;
use sixin_domain::username::Username;
use thiserror::Error;

use crate::outbox::{Draft, Outbox, SendError};
use crate::ports::{
    BlockWordSource, Clock, IdempotencyKey, NonceUse, Relations, SettingSource, StoreError, Stored, Users,
};

/// Puts another text into the content of a text message, or answers `None` if the content has no place for one.
pub type ReplaceText = fn(content: &str, text: &str) -> Option<String>;

/// What a back end wants to publish. It is well formed; whether it may be published is asked here.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// For whom it speaks.
    pub from: Username,
    /// Who gets it, in request order; doubles are delivered once.
    pub to: Vec<Username>,
    /// The type of the content.
    pub object_name: ObjectName,
    /// The content, byte for byte.
    pub content: String,
    /// The text in it, if it is a text message.
    pub text: Option<String>,
    /// How another text gets into the content.
    pub replace_text: ReplaceText,
    /// What the message does to the views.
    pub effects: Effects,
    /// Whether recipients on whose relation a block stands are skipped.
    pub verify_blacklist: bool,
    /// Options for the device gateway, kept with the message.
    pub delivery: Option<String>,
    /// The nonce this uses up.
    pub nonce: Option<NonceUse>,
    /// By what its repeats are known.
    pub idempotency: Option<IdempotencyKey>,
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
}

/// [`PublishMessage`] over the ports.
pub struct MessagePublishing {
    /// Senders and recipients.
    pub users: Arc<dyn Users>,
    /// Who blocks whom.
    pub relations: Arc<dyn Relations>,
    /// Whether block words apply.
    pub settings: Arc<dyn SettingSource>,
    /// The words to be replaced or refused.
    pub block_words: Arc<dyn BlockWordSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where accepted messages go.
    pub outbox: Arc<Outbox>,
    /// How long contents may be.
    pub limits: Limits,
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
}

impl MessagePublishing {
    /// Sender and recipients as far as they exist, by name.
    async fn users(&self, request: &PublishRequest) -> Result<HashMap<Username, User>, PublishError> {
        let names: Vec<Username> = std::iter::once(&request.from).chain(&request.to).cloned().collect();
        let users = self.users.find_named(&names).await?;
        Ok(users.into_iter().map(|user| (user.username.clone(), user)).collect())
    }

    /// Rules first, then the store.
    async fn store(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, User>,
    ) -> Result<Stored, PublishError> {
        let (sender, recipients) = self.permitted(request, users).await?;
        let (content, text) = self.filtered(request).await?;
        let body = Body::Typed { object_name: request.object_name.clone(), content, text };
        let delivery = request.delivery.clone();
        let envelope = Envelope { sender, body, effects: request.effects, delivery };
        let (nonce, idempotency) = (request.nonce.clone(), request.idempotency.clone());
        let draft = Draft { envelope, recipients, upload: None, nonce, idempotency };
        Ok(self.outbox.send(draft).await?)
    }

    /// The result that a refused request repeats. A sender that does not exist has sent nothing before.
    async fn earlier(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, User>,
    ) -> Result<Option<Stored>, PublishError> {
        match (users.get(&request.from), request.idempotency.clone()) {
            (Some(sender), Some(key)) => {
                Ok(self.outbox.earlier(sender.id, key, request.nonce.clone()).await?)
            }
            _ => Ok(None),
        }
    }

    /// The sender and those recipients that may get the message. One unknown, deleted or disabled user refuses the
    /// whole call; a block only skips its recipient (design, chapter 5).
    async fn permitted(
        &self,
        request: &PublishRequest,
        users: &HashMap<Username, User>,
    ) -> Result<(UserId, Vec<UserId>), PublishError> {
        let about = |refusal, user: &Username| PublishError::User { refusal, user: user.clone() };
        let sender =
            standing_sender(users.get(&request.from)).map_err(|refusal| about(refusal, &request.from))?;
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
        for name in request.to.iter().filter(|name| seen.insert(*name)) {
            let recipient = users.get(name);
            let relation = recipient.and_then(|user| relations.get(&user.id)).copied().unwrap_or_default();
            match (may_write(speaker, Some(sender), recipient, relation, now), recipient) {
                (Ok(()), Some(recipient)) => permitted.push(recipient.id),
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

    /// Content and text as they are stored. A back end's own text passes unchanged unless the site says otherwise.
    async fn filtered(&self, request: &PublishRequest) -> Result<(String, Option<String>), PublishError> {
        let unchanged = || (request.content.clone(), request.text.clone());
        let Some(text) = &request.text else { return Ok(unchanged()) };
        if !self.settings.settings().await?.is_on("publish_block_words") {
            return Ok(unchanged());
        }
        let filter = self.block_words.filter().await?;
        match filter.apply(text)? {
            Cow::Borrowed(_) => Ok(unchanged()),
            Cow::Owned(text) => {
                let content =
                    (request.replace_text)(&request.content, &text).ok_or(Refusal::ForbiddenWord)?;
                let Limits { typed_text_bytes, content_bytes, .. } = self.limits;
                if text.len() > typed_text_bytes || content.len() > content_bytes {
                    return Err(Refusal::TextTooLong.into());
                }
                Ok((content, Some(text)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committer::{Committer, CommitterLimits, Lanes};
    use crate::ports::{
        AppendError, MessageLog, MockBlockWordSource, MockClock, MockIdempotencyKeys, MockMessageLog,
        MockRelations, MockSettingSource, MockUsers, SendUnit,
    };
    use crate::send_rate::SendRate;
    use crate::testing::{ids, key, stored, user};
    use sixin_domain::block_words::{BlockWord, BlockWordFilter, WordMode};
    use sixin_domain::id::ID_EPOCH;
    use sixin_domain::rate::Rate;
    use sixin_domain::settings::Settings;
    use sixin_domain::user::Relation;
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    fn name(text: &str) -> Username {
        Username::new(text).unwrap()
    }

    fn request(to: &[&str]) -> PublishRequest {
        PublishRequest {
            from: name("ann"),
            to: to.iter().map(|to| name(to)).collect(),
            object_name: ObjectName::new("RC:TxtMsg").unwrap(),
            content: r#"{"content":"darn"}"#.into(),
            text: Some("darn".into()),
            replace_text: |_, text| Some(format!("<{text}>")),
            effects: Effects { sender_visible: false, ..Effects::OWN },
            verify_blacklist: false,
            delivery: None,
            nonce: None,
            idempotency: None,
        }
    }

    async fn publish(
        request: PublishRequest,
        settings: &[(&str, &str)],
    ) -> (Result<Vec<String>, PublishError>, Vec<SendUnit>) {
        let (result, appended) = publish_knowing(MockIdempotencyKeys::new(), request, settings).await;
        let names = result.map(|done| done.placed.into_iter().map(|(name, _)| name.to_string()).collect());
        (names, appended)
    }

    /// Publishes on a site with users ann, bob, cid and dan (deleted), where bob blocks ann and ann blocks cid.
    async fn publish_knowing(
        keys: MockIdempotencyKeys,
        request: PublishRequest,
        settings: &[(&str, &str)],
    ) -> (Result<Published, PublishError>, Vec<SendUnit>) {
        let mut users = MockUsers::new();
        users.expect_find_named().returning(|names| {
            let mut dan = user(4, "dan");
            dan.deleted_at = Some(ID_EPOCH);
            let all = [user(1, "ann"), user(2, "bob"), user(3, "cid"), dan];
            Ok(all.into_iter().filter(|user| names.contains(&user.username)).collect())
        });
        let mut relations = MockRelations::new();
        relations.expect_between().returning(|_, _| {
            let by_recipient = Relation { recipient_blocked_sender: true, ..Relation::default() };
            let by_sender = Relation { sender_blocked_recipient: true, ..Relation::default() };
            Ok(HashMap::from([(UserId(2), by_recipient), (UserId(3), by_sender)]))
        });
        let rows: BTreeMap<String, String> =
            settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let mut settings = MockSettingSource::new();
        settings.expect_settings().returning(move || Ok(Arc::new(Settings::new(rows.clone()))));
        let mut block_words = MockBlockWordSource::new();
        block_words.expect_filter().returning(|| {
            let words = [BlockWord { word: "darn".into(), mode: WordMode::Replace(Some("*".repeat(30))) }];
            Ok(Arc::new(BlockWordFilter::new(words)))
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(ID_EPOCH);
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let appended = Arc::new(Mutex::new(Vec::new()));
        let mut log = MockMessageLog::new();
        let seen = Arc::clone(&appended);
        log.expect_append().returning(move |units| {
            let answers = units.iter().map(|unit| Ok(stored(unit))).collect();
            seen.lock().unwrap().extend(units);
            answers
        });
        let log: Arc<dyn MessageLog> = Arc::new(log);
        let lanes = Lanes { narrow: 1, wide: false };
        let outbox = Outbox {
            ids: Arc::new(ids()),
            rate: Arc::new(SendRate::new(Rate::default())),
            committer: Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap()),
            keys: Arc::new(keys),
            clock: Arc::clone(&clock),
        };
        let publishing = MessagePublishing {
            users: Arc::new(users),
            relations: Arc::new(relations),
            settings: Arc::new(settings),
            block_words: Arc::new(block_words),
            clock,
            outbox: Arc::new(outbox),
            limits: Limits { typed_text_bytes: 40, ..Limits::default() },
        };
        let result = publishing.publish(request).await;
        let appended = appended.lock().unwrap().clone();
        (result, appended)
    }

    #[tokio::test]
    async fn all_recipients_are_one_unit_answered_in_request_order() {
        let (delivered, stored) = publish(request(&["cid", "bob"]), &[]).await;
        assert_eq!(delivered.unwrap(), ["cid", "bob"]);
        assert_eq!(stored.len(), 1);
        assert!(!stored[0].envelope.effects.sender_visible);
    }

    #[tokio::test]
    async fn the_same_recipient_twice_is_delivered_once() {
        let (delivered, _) = publish(request(&["bob", "cid", "bob"]), &[]).await;
        assert_eq!(delivered.unwrap(), ["bob", "cid"]);
    }

    #[tokio::test]
    async fn one_unknown_deleted_or_own_recipient_refuses_the_whole_call_and_is_named() {
        for (bad, expected) in [
            ("zoe", Refusal::RecipientUnknown),
            ("dan", Refusal::RecipientDeleted),
            ("ann", Refusal::Oneself),
        ] {
            let (result, stored) = publish(request(&["bob", bad, "cid"]), &[]).await;
            assert!(
                matches!(result, Err(PublishError::User { refusal, user }) if refusal == expected && user.as_str() == bad)
            );
            assert!(stored.is_empty());
        }
    }

    #[tokio::test]
    async fn an_unknown_sender_is_refused_and_named() {
        let (result, stored) = publish(PublishRequest { from: name("zoe"), ..request(&["bob"]) }, &[]).await;
        assert!(
            matches!(result, Err(PublishError::User { refusal: Refusal::SenderUnknown, user }) if user.as_str() == "zoe")
        );
        assert!(stored.is_empty());
    }

    #[tokio::test]
    async fn recipients_with_a_block_in_either_direction_are_skipped_when_asked() {
        let with_blocks = |to: &[&str]| PublishRequest { verify_blacklist: true, ..request(to) };
        let (nobody, stored) = publish(with_blocks(&["bob", "cid"]), &[]).await;
        assert!(matches!(nobody, Err(PublishError::User { refusal: Refusal::Blocked, .. })));
        assert!(stored.is_empty());
        let (all, _) = publish(request(&["bob", "cid"]), &[]).await;
        assert_eq!(all.unwrap(), ["bob", "cid"]);
    }

    #[tokio::test]
    async fn a_back_ends_text_is_left_alone_unless_the_site_wants_its_words_replaced() {
        let (_, stored) = publish(request(&["bob"]), &[]).await;
        assert!(matches!(&stored[0].envelope.body, Body::Typed { content, .. } if content.contains("darn")));
        let (_, stored) = publish(request(&["bob"]), &[("publish_block_words", "true")]).await;
        let stars = "*".repeat(30);
        assert!(matches!(&stored[0].envelope.body, Body::Typed { content, text: Some(text), .. }
                if *content == format!("<{stars}>") && *text == stars));
    }

    #[tokio::test]
    async fn a_published_text_is_measured_again_after_replacement() {
        let long = PublishRequest { text: Some("darn darn".into()), ..request(&["bob"]) };
        let (result, stored) = publish(long, &[("publish_block_words", "true")]).await;
        assert!(matches!(result, Err(PublishError::Send(SendError::Refused(Refusal::TextTooLong)))));
        assert!(stored.is_empty());
    }

    fn at(id: i64, recipient: i64) -> Placed {
        let place = Some((sixin_domain::id::ConversationId(9), id));
        Placed { id: sixin_domain::id::MessageId(id), recipient: UserId(recipient), place, sent_at: ID_EPOCH }
    }

    /// What is answered to a request with a key which the rules refuse because of dan.
    async fn refused_with_key(
        found: Result<Option<Vec<Placed>>, AppendError>,
    ) -> Result<Published, PublishError> {
        let mut keys = MockIdempotencyKeys::new();
        keys.expect_find()
            .withf(|send| send.sender == UserId(1) && send.key.key == "k" && send.accepted_at == ID_EPOCH)
            .return_once(move |_| found);
        let request = PublishRequest { idempotency: Some(key("k")), ..request(&["dan", "bob"]) };
        let (result, appended) = publish_knowing(keys, request, &[]).await;
        assert!(appended.is_empty());
        result
    }

    #[tokio::test]
    async fn a_refused_request_that_was_a_repeat_gets_the_first_answer() {
        let published = refused_with_key(Ok(Some(vec![at(5, 2), at(6, 4)]))).await.unwrap();
        assert!(published.replayed);
        assert_eq!(published.placed, [(name("bob"), at(5, 2)), (name("dan"), at(6, 4))]);
    }

    #[tokio::test]
    async fn a_refused_request_that_was_none_stays_refused() {
        let result = refused_with_key(Ok(None)).await;
        assert!(matches!(result, Err(PublishError::User { refusal: Refusal::RecipientDeleted, .. })));
        let result = refused_with_key(Err(AppendError::KeyReused)).await;
        assert!(matches!(result, Err(PublishError::Send(SendError::KeyReused))));
        let result = refused_with_key(Err(AppendError::NonceUsed)).await;
        assert!(matches!(result, Err(PublishError::Send(SendError::Replayed))));
        let result = refused_with_key(Err(StoreError::Unavailable("gone".into()).into())).await;
        assert!(matches!(result, Err(PublishError::Send(SendError::Store(_)))));
    }

    #[tokio::test]
    async fn an_unknown_sender_has_sent_nothing_before() {
        let request = PublishRequest { from: name("zoe"), idempotency: Some(key("k")), ..request(&["bob"]) };
        let (result, _) = publish_knowing(MockIdempotencyKeys::new(), request, &[]).await;
        assert!(matches!(result, Err(PublishError::User { refusal: Refusal::SenderUnknown, .. })));
    }

    #[tokio::test]
    async fn a_key_is_stored_with_the_messages() {
        let request = PublishRequest { idempotency: Some(key("k")), ..request(&["bob"]) };
        let (_, appended) = publish(request, &[]).await;
        assert_eq!(appended[0].idempotency, Some(key("k")));
    }
}
