//! A user sends a message (Fresns seed; facts: fresns 6.2, steps 5 to 20).

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::body::Body;
use sixin_domain::file::StoredFile;
use sixin_domain::id::{FileUsageId, UserId};
use sixin_domain::limits::Limits;
use sixin_domain::message::{Effects, Envelope, Placed};
use sixin_domain::refusal::Refusal;
use sixin_domain::role::{RoleBook, UserRole};
use sixin_domain::send_rules::{SiteRules, Speaker, may_write};
use sixin_domain::settings::{Settings, SiteMode};
use sixin_domain::user::{Relation, User};
use sixin_domain::username::UserRef;

use crate::outbox::{Draft, Outbox, SendError};
use crate::ports::{
    BlockWordSource, Clock, Files, IdempotencyKey, NonceUse, Relations, Roles, StoreError, Stored,
    StoredBodies, Users,
};

/// What a user wants to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A text, not empty.
    Text(String),
    /// The public id of a file that was uploaded before.
    File(String),
}

/// A message a user wants to send.
#[derive(Debug, Clone)]
pub struct SendRequest {
    /// Who sends.
    pub sender: User,
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
    pub sender: User,
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
    pub outbox: Arc<Outbox>,
    /// How long texts may be.
    pub limits: Limits,
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
        let (file, upload) = attachment.unzip();
        let envelope =
            Envelope { sender: request.sender.id, body: body.clone(), effects: Effects::OWN, delivery: None };
        let (nonce, idempotency) = (request.nonce.clone(), request.idempotency.clone());
        let draft = Draft { envelope, recipients: vec![recipient.id], upload, nonce, idempotency };
        let stored = self.outbox.send(draft).await?;
        if stored.replayed {
            return self.as_stored(stored).await;
        }
        let placed = stored.placed.first().copied().ok_or(SendError::Unknown)?;
        Ok((placed, body, file, false))
    }

    /// The message that a refused request repeats, or the refusal if it repeats none.
    async fn earlier(&self, request: &SendRequest, refusal: Refusal) -> Result<Sent, SendError> {
        let Some(key) = request.idempotency.clone() else { return Err(refusal.into()) };
        match self.outbox.earlier(request.sender.id, key, request.nonce.clone()).await? {
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
    ) -> Result<User, SendError> {
        let now = self.clock.now();
        let recipient = match &request.to {
            Some(to) => self.users.find(to).await?,
            None => None,
        };
        let relation = match &recipient {
            Some(recipient) => self.relation(request.sender.id, recipient.id).await?,
            None => Relation::default(),
        };
        let site = SiteRules {
            conversations_on: request.settings.is_on("conversation_status"),
            is_private: request.settings.site_mode() == Some(SiteMode::Private),
            role: role_book.deciding(sender_roles, request.settings.default_role(), now),
        };
        may_write(Speaker::User(&site), Some(&request.sender), recipient.as_ref(), relation, now)?;
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
                let text = filter.apply(text).map(Cow::into_owned)?;
                if text.len() > self.limits.text_bytes {
                    return Err(Refusal::TextTooLong.into());
                }
                Ok((Body::Text(text), None))
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
mod tests {
    use super::*;
    use crate::committer::{Committer, CommitterLimits, Lanes};
    use crate::ports::{
        AppendError, MessageLog, MockBlockWordSource, MockClock, MockFiles, MockIdempotencyKeys,
        MockMessageLog, MockRelations, MockRoles, MockStoredBodies, MockUsers,
    };
    use crate::send_rate::SendRate;
    use crate::testing::{ids, key, stored, user};
    use sixin_domain::block_words::{BlockWord, BlockWordFilter, WordMode};
    use sixin_domain::file::{FileKind, PendingUpload};
    use sixin_domain::id::{FileId, ID_EPOCH, MessageId, RoleId};
    use sixin_domain::rate::Rate;
    use sixin_domain::role::{Role, parse_permissions};
    use sixin_domain::username::{Uid, Username};
    use std::collections::{BTreeMap, HashMap};

    fn book() -> RoleBook {
        RoleBook(vec![Role {
            id: RoleId(4),
            name: "General User".into(),
            permissions: parse_permissions(r#"[{"permKey":"conversation","permValue":true}]"#),
            is_enabled: true,
            is_display_name: false,
            is_display_icon: false,
            icon_file_url: None,
            nickname_color: None,
            rank_state: 1,
        }])
    }

    fn file(kind: FileKind, is_enabled: bool) -> StoredFile {
        StoredFile {
            id: FileId(5),
            fid: "fid00001".into(),
            kind,
            name: "a.png".into(),
            mime: None,
            extension: "png".into(),
            size: None,
            md5: None,
            sha: None,
            sha_type: None,
            path: "a.png".into(),
            image_width: None,
            image_height: None,
            audio_time: None,
            video_time: None,
            video_cover_path: None,
            video_gif_path: None,
            more_json: None,
            transcoding_state: 1,
            is_sensitive: false,
            is_enabled,
        }
    }

    fn sending(files: MockFiles, relation: Relation, times: usize) -> MessageSending {
        let mut users = MockUsers::new();
        users.expect_find().returning(|who| Ok((*who == UserRef::Uid(Uid(10_002))).then(|| user(2, "bob"))));
        let mut relations = MockRelations::new();
        relations.expect_between().returning(move |_, to| Ok(HashMap::from([(to[0], relation)])));
        let mut roles = MockRoles::new();
        roles.expect_of().returning(|_| Ok(Vec::new()));
        roles.expect_book().returning(|| Ok(Arc::new(book())));
        let mut block_words = MockBlockWordSource::new();
        block_words.expect_filter().returning(|| {
            let replace = WordMode::Replace(Some("x".repeat(40)));
            Ok(Arc::new(BlockWordFilter::new([
                BlockWord { word: "darn".into(), mode: replace },
                BlockWord { word: "curse".into(), mode: WordMode::Refuse },
            ])))
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(ID_EPOCH);
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let mut log = MockMessageLog::new();
        log.expect_append()
            .times(times)
            .returning(|units| units.iter().map(|unit| Ok(stored(unit))).collect());
        let log: Arc<dyn MessageLog> = Arc::new(log);
        let lanes = Lanes { narrow: 1, wide: false };
        let outbox = Outbox {
            ids: Arc::new(ids()),
            rate: Arc::new(SendRate::new(Rate::default())),
            committer: Arc::new(Committer::start(&log, lanes, CommitterLimits::default()).unwrap()),
            keys: Arc::new(MockIdempotencyKeys::new()),
            clock: Arc::clone(&clock),
        };
        MessageSending {
            users: Arc::new(users),
            relations: Arc::new(relations),
            roles: Arc::new(roles),
            block_words: Arc::new(block_words),
            files: Arc::new(files),
            stored_bodies: Arc::new(MockStoredBodies::new()),
            clock,
            outbox: Arc::new(outbox),
            limits: Limits { text_bytes: 50, ..Limits::default() },
        }
    }

    fn request(to: &str, content: Content) -> SendRequest {
        SendRequest {
            sender: user(1, "ann"),
            settings: Arc::new(Settings::new(BTreeMap::new())),
            to: UserRef::parse(to).ok(),
            content,
            nonce: None,
            idempotency: None,
        }
    }

    async fn send_text(to: &str, text: &str, stored: usize) -> Result<SentMessage, SendError> {
        let sending = sending(MockFiles::new(), Relation::default(), stored);
        sending.send(request(to, Content::Text(text.into()))).await
    }

    fn refusal(result: Result<SentMessage, SendError>) -> Refusal {
        match result {
            Err(SendError::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_text_is_stored_with_its_words_replaced() {
        let sent = send_text("10002", "oh darn", 1).await.unwrap();
        assert_eq!(sent.body, Body::Text(format!("oh {}", "x".repeat(40))));
        assert_eq!(sent.placed.recipient, UserId(2));
    }

    #[tokio::test]
    async fn a_refused_word_is_not_stored() {
        assert_eq!(refusal(send_text("10002", "a curse", 0).await), Refusal::ForbiddenWord);
    }

    #[tokio::test]
    async fn length_counts_after_replacement() {
        assert!(send_text("10002", &"y".repeat(50), 1).await.is_ok());
        assert_eq!(refusal(send_text("10002", &"y".repeat(51), 0).await), Refusal::TextTooLong);
        assert_eq!(refusal(send_text("10002", "darn darn", 0).await), Refusal::TextTooLong);
    }

    #[tokio::test]
    async fn nobody_of_that_name_is_refused() {
        assert_eq!(refusal(send_text("10003", "hi", 0).await), Refusal::RecipientUnknown);
        assert_eq!(refusal(send_text(" not a name ", "hi", 0).await), Refusal::RecipientUnknown);
    }

    #[tokio::test]
    async fn a_blocked_sender_is_refused() {
        let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
        let sending = sending(MockFiles::new(), blocked, 0);
        let result = sending.send(request("10002", Content::Text("hi".into()))).await;
        assert_eq!(refusal(result), Refusal::Blocked);
    }

    async fn send_file(
        found: Option<(StoredFile, &'static str, i64)>,
        stored: usize,
    ) -> Result<SentMessage, SendError> {
        let mut files = MockFiles::new();
        files.expect_find().withf(|fid| fid == "fid00001").returning(move |_| {
            Ok(found.clone().map(|(file, addressee, uploader)| {
                let upload = PendingUpload {
                    usage: FileUsageId(8),
                    uploader: UserId(uploader),
                    addressee: addressee.into(),
                };
                (file, vec![upload])
            }))
        });
        let sending = sending(files, Relation::default(), stored);
        sending.send(request("10002", Content::File("fid00001".into()))).await
    }

    #[tokio::test]
    async fn a_file_goes_only_to_the_peer_it_was_uploaded_for_by_either_name() {
        let image = file(FileKind::Image, true);
        for addressee in ["bob", "10002"] {
            let sent = send_file(Some((image.clone(), addressee, 1)), 1).await.unwrap();
            assert_eq!(sent.body, Body::File { file: FileId(5), kind: FileKind::Image });
        }
        for (addressee, uploader) in [("eve", 1), ("10003", 1), ("bob", 3)] {
            let result = send_file(Some((image.clone(), addressee, uploader)), 0).await;
            assert_eq!(refusal(result), Refusal::FileUnknown, "{addressee} {uploader}");
        }
        assert_eq!(refusal(send_file(None, 0).await), Refusal::FileUnknown);
    }

    #[tokio::test]
    async fn a_disabled_file_or_kind_is_refused() {
        let disabled = send_file(Some((file(FileKind::Image, false), "bob", 1)), 0).await;
        assert_eq!(refusal(disabled), Refusal::FileDisabled);
        let video = send_file(Some((file(FileKind::Video, true), "bob", 1)), 0).await;
        assert_eq!(refusal(video), Refusal::FileKindForbidden);
    }

    fn placed() -> Placed {
        let place = Some((sixin_domain::id::ConversationId(9), 1));
        Placed { id: MessageId(77), recipient: UserId(2), place, sent_at: ID_EPOCH }
    }

    /// A site that stored "as it was" as message 77; `found` is what it knows of the key.
    fn knowing(found: Result<Option<Vec<Placed>>, AppendError>, relation: Relation) -> MessageSending {
        let mut keys = MockIdempotencyKeys::new();
        keys.expect_find()
            .withf(|send| send.sender == UserId(1) && send.key.key == "k")
            .return_once(move |_| found);
        let mut bodies = MockStoredBodies::new();
        bodies
            .expect_find()
            .withf(|id| *id == MessageId(77))
            .returning(|_| Ok(Some((Body::Text("as it was".into()), None))));
        let mut sending = sending(MockFiles::new(), relation, 0);
        let outbox = &sending.outbox;
        let (ids, rate) = (Arc::clone(&outbox.ids), Arc::clone(&outbox.rate));
        let (committer, clock) = (Arc::clone(&outbox.committer), Arc::clone(&outbox.clock));
        sending.outbox = Arc::new(Outbox { ids, rate, committer, clock, keys: Arc::new(keys) });
        sending.stored_bodies = Arc::new(bodies);
        sending
    }

    fn with_key(text: &str) -> SendRequest {
        SendRequest { idempotency: Some(key("k")), ..request("10002", Content::Text(text.into())) }
    }

    #[tokio::test]
    async fn a_refused_request_that_was_a_repeat_gets_the_first_message_as_it_was_stored() {
        let blocked = Relation { recipient_blocked_sender: true, ..Relation::default() };
        let sent = knowing(Ok(Some(vec![placed()])), blocked).send(with_key("hi")).await.unwrap();
        assert!(sent.replayed);
        assert_eq!((sent.placed, sent.body), (placed(), Body::Text("as it was".into())));
    }

    #[tokio::test]
    async fn a_refused_request_that_was_none_stays_refused() {
        let result = knowing(Ok(None), Relation::default()).send(with_key("a curse")).await;
        assert_eq!(refusal(result), Refusal::ForbiddenWord);
        let result =
            knowing(Err(AppendError::KeyReused), Relation::default()).send(with_key("a curse")).await;
        assert!(matches!(result, Err(SendError::KeyReused)));
    }

    #[tokio::test]
    async fn a_sender_who_is_too_fast_still_gets_the_answer_to_a_repeat() {
        let sending = knowing(Ok(Some(vec![placed()])), Relation::default());
        let rate = &sending.outbox.rate;
        while rate.enter(UserId(1), ID_EPOCH).is_ok() {}
        assert!(sending.send(with_key("hi")).await.unwrap().replayed);
    }

    #[tokio::test]
    async fn a_repeat_the_store_knows_is_answered_with_the_first_message_as_it_was_stored() {
        let mut log = MockMessageLog::new();
        log.expect_append().return_once(|units| {
            assert_eq!(units[0].idempotency, Some(key("k")));
            vec![Ok(Stored::replayed(vec![placed()]))]
        });
        let log: Arc<dyn MessageLog> = Arc::new(log);
        let mut sending = knowing(Ok(None), Relation::default());
        let lanes = Lanes { narrow: 1, wide: false };
        let committer = Committer::start(&log, lanes, CommitterLimits::default()).unwrap();
        Arc::get_mut(&mut sending.outbox).unwrap().committer = Arc::new(committer);
        let sent = sending.send(with_key("hi")).await.unwrap();
        assert!(sent.replayed);
        assert_eq!(sent.body, Body::Text("as it was".into()));
    }

    #[test]
    fn a_number_names_by_uid_and_anything_else_by_username() {
        let mut ann = user(1, "ann");
        assert!(is_named(&ann, "10001") && is_named(&ann, "ann") && !is_named(&ann, "Ann"));
        ann.username = Username::new("007").unwrap();
        assert!(is_named(&ann, "007") && !is_named(&ann, "7"));
    }
}
