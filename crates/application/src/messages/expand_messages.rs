//! A back end keeps keys and values with a message that was published to carry them
//! (docs/wire/rongcloud.md#expansion).

use sixin_domain::message::delivery::DeliveryOptions;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::MessageId;
use sixin_domain::message::expansion::{Edit, Expansion, ExpansionRefusal};
use sixin_domain::message::uid::MessageName;
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::messages::change_messages::MessageRef;
use crate::messages::ports::{MessageChanges, MessageExpansions, PublishedMessage};
use crate::ports::{Clock, StoreError};
use crate::users::named_users::{UsersError, ids_of};
use crate::users::ports::Users;

/// Pairs of a page.
const PAIRS_A_PAGE: usize = 300;

/// A pair: key, value, and since when.
pub type Pairing = (String, String, Millis);

/// Why there is nothing to read, or the pairs stay as they are.
#[derive(Debug, Error)]
pub enum ExpandError {
    /// One of the users.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// Nobody stored it.
    #[error("there is no such message")]
    MessageUnknown,
    /// It belongs to another conversation.
    #[error("the message is not one of these two users")]
    Elsewhere,
    /// It was not published to carry pairs.
    #[error("the message was published without expansion=true")]
    NotExpandable,
    /// The message or its pairs do not allow it.
    #[error(transparent)]
    Refused(#[from] ExpansionRefusal),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps pairs of messages.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait ExpandMessages: Send + Sync {
    /// Changes the pairs of a message, as either of its two users. `Ok` means that the change is committed. A key that
    /// is to be gone and is not there is no mistake.
    async fn edit(&self, message: &MessageRef, edit: Edit) -> Result<(), ExpandError>;

    /// The pairs of a message by key, 300 on a page; the first page is 1.
    async fn query(&self, message: MessageName, page: usize) -> Result<Vec<Pairing>, ExpandError>;
}

/// [`ExpandMessages`] over the ports.
pub struct MessageExpanding {
    /// The users.
    pub users: Arc<dyn Users>,
    /// The messages.
    pub messages: Arc<dyn MessageChanges>,
    /// Their pairs.
    pub expansions: Arc<dyn MessageExpansions>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl ExpandMessages for MessageExpanding {
    async fn edit(&self, wanted: &MessageRef, edit: Edit) -> Result<(), ExpandError> {
        let names = [wanted.by.clone(), wanted.with.clone()];
        let ids = ids_of(&*self.users, &names).await?;
        let (id, message, initial) = self.find(wanted.name).await?;
        let pair = if let [by, with] = ids[..] { Pair::of(by, with) } else { None };
        if pair != Pair::of(message.sender, message.recipient) {
            return Err(ExpandError::Elsewhere);
        }
        let before = Expansion { initial, sent_at: message.sent_at, changes: BTreeMap::new() };
        Ok(self.expansions.edit(id, before, edit, self.clock.now()).await??)
    }

    async fn query(&self, message: MessageName, page: usize) -> Result<Vec<Pairing>, ExpandError> {
        let (id, message, initial) = self.find(message).await?;
        let changes = self.expansions.changes(&[id]).await?.remove(&id).unwrap_or_default();
        let expansion = Expansion { initial, sent_at: message.sent_at, changes };
        let before = page.saturating_sub(1).saturating_mul(PAIRS_A_PAGE);
        let pairs = expansion.present().into_iter().skip(before).take(PAIRS_A_PAGE);
        Ok(pairs.map(|(key, (value, at))| (key.to_owned(), value.to_owned(), at)).collect())
    }
}

impl MessageExpanding {
    /// The message, if it is there for both sides and can carry pairs, and those it was published with.
    async fn find(
        &self,
        name: MessageName,
    ) -> Result<(MessageId, PublishedMessage, BTreeMap<String, String>), ExpandError> {
        let id = name.id().ok_or(ExpandError::MessageUnknown)?;
        let message = self.messages.find(id).await?.ok_or(ExpandError::MessageUnknown)?;
        if message.is_recalled {
            return Err(ExpansionRefusal::Recalled.into());
        }
        let initial = message.delivery.as_ref().and_then(DeliveryOptions::initial_pairs);
        let initial = initial.ok_or(ExpandError::NotExpandable)?;
        Ok((id, message, initial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::ports::{MockMessageChanges, MockMessageExpansions};
    use crate::ports::MockClock;
    use crate::testing::three_users;
    use sixin_domain::id::UserId;
    use sixin_domain::message::body::Body;
    use sixin_domain::message::expansion::{Change, Changes};
    use sixin_domain::user::username::Username;
    use std::collections::{BTreeSet, HashMap};

    const SENT: Millis = Millis(500);
    const NOW: Millis = Millis(1000);

    /// A delivery is the keys of its pairs here.
    /// `keys a b` can carry pairs and was sent with these; anything else can't.
    fn options(text: &str) -> DeliveryOptions {
        let keys = text.strip_prefix("keys ").map(|keys| keys.split(' '));
        let pairs = keys.map(|keys| keys.map(|key| (key.to_owned(), format!("<{key}>"))).collect());
        DeliveryOptions {
            expansion: Some(pairs.is_some()),
            extra_content: pairs,
            ..DeliveryOptions::default()
        }
    }

    /// Over message 9, which ann sent to bob.
    fn expanding(
        delivery: Option<&str>,
        is_recalled: bool,
        expansions: MockMessageExpansions,
    ) -> MessageExpanding {
        let delivery = delivery.map(options);
        let mut messages = MockMessageChanges::new();
        messages.expect_find().returning(move |id| {
            let message = PublishedMessage {
                sender: UserId(1),
                recipient: UserId(2),
                body: Body::Text("hi".into()),
                is_recalled,
                delivery: delivery.clone(),
                sent_at: SENT,
            };
            Ok((id.0 == 9).then_some(message))
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        MessageExpanding {
            users: Arc::new(three_users()),
            messages: Arc::new(messages),
            expansions: Arc::new(expansions),
            clock: Arc::new(clock),
        }
    }

    fn message(by: &str, with: &str, id: Option<i64>) -> MessageRef {
        let name = |text: &str| Username::new(text).unwrap();
        let named = id.map_or(MessageName::ForeignUid, |id| MessageName::Uid(MessageId(id)));
        MessageRef { by: name(by), with: name(with), name: named }
    }

    fn edit() -> Edit {
        Edit::Remove(BTreeSet::from(["k".into()]))
    }

    #[tokio::test]
    async fn either_side_changes_what_the_store_then_judges() {
        for (by, with) in [("ann", "bob"), ("bob", "ann")] {
            for answer in [Ok(()), Err(ExpansionRefusal::TooMany)] {
                let mut expansions = MockMessageExpansions::new();
                expansions
                    .expect_edit()
                    .once()
                    .withf(|id, before, edited, at| {
                        let initial: Vec<&String> = before.initial.keys().collect();
                        (id.0, before.sent_at, *at) == (9, SENT, NOW)
                            && initial == ["a", "b"]
                            && *edited == edit()
                    })
                    .returning(move |_, _, _, _| Ok(answer));
                let expanding = expanding(Some("keys a b"), false, expansions);
                let result = expanding.edit(&message(by, with, Some(9)), edit()).await;
                assert_eq!(result.is_ok(), answer.is_ok());
            }
        }
    }

    #[tokio::test]
    async fn what_is_not_there_not_theirs_or_not_made_for_it_stays() {
        let refused = async |delivery, is_recalled, wanted: MessageRef| {
            let expanding = expanding(delivery, is_recalled, MockMessageExpansions::new());
            expanding.edit(&wanted, edit()).await.unwrap_err()
        };
        let own = || message("ann", "bob", Some(9));
        let keys = Some("keys a");
        for (by, with) in [("ann", "cid"), ("cid", "bob"), ("ann", "ann")] {
            let error = refused(keys, false, message(by, with, Some(9))).await;
            assert!(matches!(error, ExpandError::Elsewhere), "{by} {with}");
        }
        let unknown = refused(keys, false, message("ann", "dan", None)).await;
        assert!(matches!(unknown, ExpandError::Users(UsersError::Unknown(name)) if name.as_str() == "dan"));
        for id in [None, Some(8)] {
            let error = refused(keys, false, message("ann", "bob", id)).await;
            assert!(matches!(error, ExpandError::MessageUnknown));
        }
        for delivery in [None, Some("other")] {
            assert!(matches!(refused(delivery, false, own()).await, ExpandError::NotExpandable));
        }
        let recalled = refused(keys, true, own()).await;
        assert!(matches!(recalled, ExpandError::Refused(ExpansionRefusal::Recalled)));
    }

    #[tokio::test]
    async fn pairs_are_read_by_key_in_pages_of_300() {
        let expanding = || {
            let mut expansions = MockMessageExpansions::new();
            expansions.expect_changes().withf(|ids| ids == [MessageId(9)]).returning(|_| {
                let change = |number: i64| {
                    (format!("k{number:03}"), Change { value: Some("v".into()), at: Millis(number) })
                };
                let changes: Changes = (0..300).map(change).collect();
                Ok(HashMap::from([(MessageId(9), changes)]))
            });
            expanding(Some("keys k000 z"), false, expansions)
        };
        let page = async |number| expanding().query(MessageName::Number(MessageId(9)), number).await.unwrap();
        let first = page(1).await;
        assert_eq!(first.len(), 300);
        assert_eq!(first[0], ("k000".into(), "v".into(), Millis(0)));
        assert_eq!(page(2).await, [("z".into(), "<z>".into(), SENT)]);
        assert!(page(3).await.is_empty() && page(usize::MAX).await.is_empty());
        let unknown = expanding().query(MessageName::ForeignUid, 1).await;
        assert!(matches!(unknown, Err(ExpandError::MessageUnknown)));
    }
}
