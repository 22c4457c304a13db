//! A back end changes what both sides read: it recalls a message, or has it say something else
//! (docs/wire/rongcloud.md#recall).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{MessageId, UserId};
use sixin_domain::message::body::Body;
use sixin_domain::message::content::{Content, check};
use sixin_domain::message::object_name::{ObjectName, TEXT};
use sixin_domain::message::recall::Recall;
use sixin_domain::message::uid::MessageName;
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::user::username::Username;
use thiserror::Error;

use crate::messages::ports::{MessageChanges, PublishedMessage};
use crate::ports::{Clock, StoreError};
use crate::sending::back_end_texts::BackEndTexts;
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::Users;

/// Which message is meant, and for whom the back end speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRef {
    /// Who changes it.
    pub by: Username,
    /// The other side of its conversation.
    pub with: Username,
    /// How it is named.
    pub name: MessageName,
}

/// How a message is to be taken back (seed: RongCloud, recall).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Recalling {
    /// Whether also what the other side sent may be taken back.
    pub is_admin: bool,
    /// Whether no notice is to be left in its place.
    pub is_delete: bool,
}

/// What a message is to say.
#[derive(Debug, Clone)]
pub struct Rewording {
    /// The type, if it was given; it must be that of the message.
    pub object_name: Option<ObjectName>,
    /// The content.
    pub content: String,
    /// Whether a user says so itself, whose words are always looked at.
    pub is_a_users: bool,
}

/// Why a message stays as it is.
#[derive(Debug, Error)]
pub enum ChangeError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// No kept message has that number.
    #[error("there is no such message")]
    MessageUnknown,
    /// It belongs to another conversation.
    #[error("the message is not one of these two users")]
    Elsewhere,
    /// Somebody else sent it.
    #[error("the message was sent by the other user")]
    NotOwn,
    /// It has been recalled.
    #[error("the message has been recalled")]
    Recalled,
    /// It has another type.
    #[error("the message is of another type")]
    OtherType,
    /// It is an uploaded file.
    #[error("the message is an uploaded file")]
    File,
    /// The content breaks a rule.
    #[error("{0}")]
    Content(String),
    /// A rule about texts says no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes messages. `Ok` means that the change is committed; to a UID of no kept message it is no change, since test-suites
/// of back ends make such UIDs up. A number of no kept message is a mistake.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ChangeMessages: Send + Sync {
    /// Takes a message back, for both sides. Only an administrator takes back what the other side sent. Again: no change.
    async fn recall(&self, message: &MessageRef, how: Recalling) -> Result<(), ChangeError>;

    /// Has a message of the user's own say something else.
    async fn rewrite(&self, message: &MessageRef, rewording: Rewording) -> Result<(), ChangeError>;
}

/// [`ChangeMessages`] over the ports.
pub struct MessageChanging {
    /// The users.
    pub users: Arc<dyn Users>,
    /// The messages.
    pub messages: Arc<dyn MessageChanges>,
    /// What becomes of forbidden words.
    pub texts: Arc<BackEndTexts>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl ChangeMessages for MessageChanging {
    async fn recall(&self, wanted: &MessageRef, how: Recalling) -> Result<(), ChangeError> {
        let Some((id, message, by)) = find_between(&*self.users, &*self.messages, wanted).await? else {
            return Ok(());
        };
        if message.sender != by && !how.is_admin {
            return Err(ChangeError::NotOwn);
        }
        if message.is_recalled {
            return Ok(());
        }
        let recall = Recall { by, is_admin: how.is_admin, leaves_notice: !how.is_delete };
        Ok(self.messages.recall(id, recall, self.clock.now()).await?)
    }

    async fn rewrite(&self, wanted: &MessageRef, rewording: Rewording) -> Result<(), ChangeError> {
        let Some((id, message, by)) = find_between(&*self.users, &*self.messages, wanted).await? else {
            return Ok(());
        };
        if message.sender != by {
            return Err(ChangeError::NotOwn);
        }
        if message.is_recalled {
            return Err(ChangeError::Recalled);
        }
        let body = self.reworded(&message.body, rewording).await?;
        if body == message.body {
            return Ok(());
        }
        Ok(self.messages.rewrite(id, &body, self.clock.now()).await?)
    }
}

impl MessageChanging {
    async fn reworded(&self, body: &Body, rewording: Rewording) -> Result<Body, ChangeError> {
        let Rewording { object_name, content, is_a_users } = rewording;
        let is_type = |name: &str| object_name.as_ref().is_none_or(|wanted| wanted.as_str() == name);
        let of_type = match body {
            Body::File { .. } => return Err(ChangeError::File),
            Body::Text(_) if is_type(TEXT) => ObjectName::text(),
            Body::Typed { object_name, .. } if is_type(object_name.as_str()) => object_name.clone(),
            Body::Text(_) | Body::Typed { .. } => return Err(ChangeError::OtherType),
        };
        let Content { content, text } =
            check(&of_type, content, &self.texts.limits).map_err(ChangeError::Content)?;
        let (content, text) = if is_a_users {
            self.texts.always_filtered::<ChangeError>(&content, text.as_deref()).await?
        } else {
            self.texts.filtered::<ChangeError>(&content, text.as_deref()).await?
        };
        Ok(match (body, text) {
            (Body::Text(_), Some(text)) => Body::Text(text),
            (_, text) => Body::Typed { object_name: of_type, content, text },
        })
    }
}

/// The message, if it is stored and one of these two users, and who wants to change it. `None`: its UID is that of none.
pub(crate) async fn find_between(
    users: &dyn Users,
    messages: &dyn MessageChanges,
    wanted: &MessageRef,
) -> Result<Option<(MessageId, PublishedMessage, UserId)>, ChangeError> {
    let Some(id) = wanted.name.id() else { return Ok(None) };
    let Some(message) = messages.find(id).await? else {
        let is_number = matches!(wanted.name, MessageName::Number(_));
        return if is_number { Err(ChangeError::MessageUnknown) } else { Ok(None) };
    };
    let names = [wanted.by.clone(), wanted.with.clone()];
    let ids = ids_of(users, &names).await?;
    let [by, with] = ids[..] else { return Ok(None) };
    if Pair::of(by, with) != Pair::of(message.sender, message.recipient) {
        return Err(ChangeError::Elsewhere);
    }
    Ok(Some((id, message, by)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::ports::MockMessageChanges;
    use crate::ports::MockClock;
    use crate::site::ports::{MockBlockWordSource, MockSettingSource};
    use crate::testing::three_users;
    use sixin_domain::sending::limits::Limits;
    use sixin_domain::site::settings::Settings;
    use sixin_domain::time::Millis;

    const NOW: Millis = Millis(1000);

    fn typed(content: &str) -> Body {
        Body::Typed { object_name: ObjectName::new("My:Type").unwrap(), content: content.into(), text: None }
    }

    /// Over message 9, which ann sent to bob.
    fn changing(body: Body, is_recalled: bool, mut messages: MockMessageChanges) -> MessageChanging {
        messages.expect_find().returning(move |id| {
            let (sender, recipient) = (UserId(1), UserId(2));
            let (delivery, sent_at) = (None, NOW);
            let body = body.clone();
            let message = PublishedMessage { sender, recipient, body, is_recalled, delivery, sent_at };
            Ok((id.0 == 9).then_some(message))
        });
        let mut settings = MockSettingSource::new();
        settings.expect_settings().returning(|| Ok(Arc::new(Settings::default())));
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        MessageChanging {
            users: Arc::new(three_users()),
            messages: Arc::new(messages),
            texts: Arc::new(BackEndTexts {
                settings: Arc::new(settings),
                block_words: Arc::new(MockBlockWordSource::new()),
                limits: Limits::default(),
            }),
            clock: Arc::new(clock),
        }
    }

    fn message(by: &str, with: &str, id: i64) -> MessageRef {
        let name = |text: &str| Username::new(text).unwrap();
        MessageRef { by: name(by), with: name(with), name: MessageName::Uid(MessageId(id)) }
    }

    fn rewording(object_name: Option<&str>, content: &str) -> Rewording {
        Rewording {
            object_name: object_name.map(|name| ObjectName::new(name).unwrap()),
            content: content.into(),
            is_a_users: false,
        }
    }

    fn text() -> Body {
        Body::Text("hi".into())
    }

    const OWN: Recalling = Recalling { is_admin: false, is_delete: false };
    const ADMIN: Recalling = Recalling { is_admin: true, is_delete: false };

    fn recalled_once(how: Recall) -> MockMessageChanges {
        let mut messages = MockMessageChanges::new();
        messages
            .expect_recall()
            .once()
            .withf(move |id, recall, at| (id.0, *recall, *at) == (9, how, NOW))
            .returning(|_, _, _| Ok(()));
        messages
    }

    fn once_recalled() -> MockMessageChanges {
        recalled_once(Recall::own(UserId(1)))
    }

    #[tokio::test]
    async fn a_sender_recalls_its_own_message_and_an_administrator_that_of_the_other() {
        changing(text(), false, once_recalled()).recall(&message("ann", "bob", 9), OWN).await.unwrap();
        let by_bob = recalled_once(Recall { is_admin: true, ..Recall::own(UserId(2)) });
        changing(text(), false, by_bob).recall(&message("bob", "ann", 9), ADMIN).await.unwrap();
        let without = recalled_once(Recall { leaves_notice: false, ..Recall::own(UserId(1)) });
        let delete = Recalling { is_delete: true, ..OWN };
        changing(text(), false, without).recall(&message("ann", "bob", 9), delete).await.unwrap();
        let refused = changing(text(), false, MockMessageChanges::new());
        let refused = refused.recall(&message("bob", "ann", 9), OWN).await;
        assert!(matches!(refused, Err(ChangeError::NotOwn)));
    }

    #[tokio::test]
    async fn what_is_recalled_or_was_never_stored_is_recalled_without_a_change() {
        let changing = changing(text(), true, MockMessageChanges::new());
        changing.recall(&message("ann", "bob", 9), OWN).await.unwrap();
        changing.recall(&message("ann", "bob", 8), OWN).await.unwrap();
        let foreign = MessageRef { name: MessageName::ForeignUid, ..message("nobody", "bob", 9) };
        changing.recall(&foreign, OWN).await.unwrap();
        changing.rewrite(&foreign, rewording(None, "x")).await.unwrap();
    }

    #[tokio::test]
    async fn a_message_is_changed_by_its_number_too_which_must_be_that_of_one() {
        let by_number =
            |number| MessageRef { name: MessageName::Number(MessageId(number)), ..message("ann", "bob", 0) };
        changing(text(), false, once_recalled()).recall(&by_number(9), OWN).await.unwrap();
        let changing = changing(text(), false, MockMessageChanges::new());
        let unknown = changing.recall(&by_number(8), OWN).await;
        assert!(matches!(unknown, Err(ChangeError::MessageUnknown)));
        let unknown = changing.rewrite(&by_number(8), rewording(None, "x")).await;
        assert!(matches!(unknown, Err(ChangeError::MessageUnknown)));
    }

    #[tokio::test]
    async fn a_message_of_other_users_is_not_touched() {
        let changing = changing(text(), false, MockMessageChanges::new());
        for (by, with) in [("ann", "cid"), ("cid", "bob"), ("ann", "ann")] {
            let refused = changing.recall(&message(by, with, 9), ADMIN).await;
            assert!(matches!(refused, Err(ChangeError::Elsewhere)), "{by} {with}");
        }
        let refused = changing.recall(&message("ann", "dan", 9), ADMIN).await;
        assert!(
            matches!(refused, Err(ChangeError::Users(UsersError::Unknown(name))) if name.as_str() == "dan")
        );
    }

    #[tokio::test]
    async fn a_message_says_something_else_in_its_own_type() {
        for (before, content, after) in
            [(text(), r#"{"content":"new"}"#, Body::Text("new".into())), (typed("old"), "new", typed("new"))]
        {
            let mut messages = MockMessageChanges::new();
            let wanted = after.clone();
            messages
                .expect_rewrite()
                .once()
                .withf(move |_, body, _| *body == wanted)
                .returning(|_, _, _| Ok(()));
            let changing = changing(before, false, messages);
            changing.rewrite(&message("ann", "bob", 9), rewording(None, content)).await.unwrap();
        }
        let same = changing(text(), false, MockMessageChanges::new());
        same.rewrite(&message("ann", "bob", 9), rewording(Some(TEXT), r#"{"content":"hi"}"#)).await.unwrap();
    }

    #[tokio::test]
    async fn what_may_not_change_stays() {
        let refused = async |body: Body, is_recalled, by: (&str, &str), new| {
            let changing = changing(body, is_recalled, MockMessageChanges::new());
            changing.rewrite(&message(by.0, by.1, 9), new).await.unwrap_err()
        };
        let (own, other) = (("ann", "bob"), ("bob", "ann"));
        let file =
            Body::File { file: sixin_domain::id::FileId(1), kind: sixin_domain::file::FileKind::Image };
        assert!(matches!(refused(text(), false, other, rewording(None, "x")).await, ChangeError::NotOwn));
        assert!(matches!(refused(text(), true, own, rewording(None, "x")).await, ChangeError::Recalled));
        assert!(matches!(refused(file, false, own, rewording(None, "x")).await, ChangeError::File));
        let mistyped = rewording(Some("RC:ImgMsg"), "x");
        assert!(matches!(refused(text(), false, own, mistyped.clone()).await, ChangeError::OtherType));
        assert!(matches!(refused(typed("a"), false, own, mistyped).await, ChangeError::OtherType));
        assert!(matches!(refused(text(), false, own, rewording(None, "bad")).await, ChangeError::Content(_)));
    }
}
