//! What happens, in the objects of this dialect (docs/live.md#rongcloud).

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::delivery::Signal;
use sixin_application::delivery::passes::LiveGuest;
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_application::delivery::stream::{LiveEvent, LiveItem};
use sixin_application::messages::read_history::{HistoryError, HistoryMessage};
use sixin_application::ports::StoreResult;
use sixin_application::sending::pipeline::SendError;
use sixin_domain::event::Event;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::log::Position;
use sixin_domain::message::uid as message_uid;
use sixin_domain::user::username::{UserRef, Username};
use sixin_web::live::changes::{self, Names};
use sixin_web::live::{Frame, LiveVoice, Refused};

use crate::api::RongCloudApi;
use crate::codes::{Code, Failure};
use crate::messages::history_info::{Addresses, HistoryInfo, info};

/// How one device is spoken to.
pub(crate) struct RongCloudVoice {
    pub(crate) api: RongCloudApi,
    pub(crate) origin: String,
}

/// A message that was stored, or that says something else.
#[derive(Serialize)]
struct MessageEvent {
    #[serde(flatten)]
    message: HistoryInfo,
    /// Null of a message that is kept in no conversation.
    seq: Option<i64>,
    /// Whether it adds to the unread count of its recipient.
    #[serde(rename = "isCounted")]
    is_counted: bool,
}

/// What users, conversations and messages are called here.
struct Called(HashMap<UserId, Username>);

impl Names for Called {
    fn user(&self, user: UserId) -> Value {
        self.0.get(&user).map_or(Value::Null, |name| name.as_str().into())
    }

    fn conversation(&self, _: ConversationId, with: UserId) -> (&'static str, Value) {
        ("targetId", self.user(with))
    }

    fn message(&self, id: MessageId) -> Value {
        message_uid::encode(id).into()
    }
}

/// The message that an item is about.
fn message(item: &LiveItem) -> Option<&Arc<DeliveredMessage>> {
    match item {
        LiveItem::Logged(_, LiveEvent::Message(message))
        | LiveItem::Logged(_, LiveEvent::Changed(_, Some(message)))
        | LiveItem::Signal(Signal::Status(message)) => Some(message),
        _ => None,
    }
}

#[async_trait(?Send)]
impl LiveVoice for RongCloudVoice {
    async fn frames(&self, guest: &LiveGuest, items: Vec<LiveItem>) -> StoreResult<Vec<Frame>> {
        let called = self.called(guest, &items).await?;
        let settings = self.api.settings.settings().await?;
        let addresses = Addresses { settings: &settings, origin: &self.origin, links: &self.api.file_links };
        let me = guest.viewer.user.id;
        let found = items.iter().filter_map(message).map(|found| found.message.clone()).collect();
        let shown = self.api.read_history.shown_to(me, found).await.map_err(HistoryError::of_store)?;
        let mut shown = shown.into_iter();
        let mut frames = Vec::with_capacity(items.len());
        for item in items {
            let about = message(&item).cloned().zip(message(&item).and_then(|_| shown.next()));
            frames.extend(frame(item, about, (me, &called), &addresses));
        }
        Ok(frames)
    }

    fn user(&self, text: &str) -> Option<UserRef> {
        Username::new(text).ok().map(UserRef::Username)
    }

    fn message_id(&self, text: &str) -> Option<i64> {
        message_uid::decode(text).map(|id| id.0)
    }

    fn refused_send(&self, error: SendError) -> Refused {
        refused(error.into())
    }

    fn refused_mark(&self, error: ConversationError) -> Refused {
        let failure = match error {
            ConversationError::Store(error) => error.into(),
            ConversationError::PeerUnknown => Failure::new(Code::UserUnknown, error.to_string()),
            error => Failure::parameter(error.to_string()),
        };
        refused(failure)
    }
}

impl RongCloudVoice {
    /// The names of all whom items are about.
    async fn called(&self, guest: &LiveGuest, items: &[LiveItem]) -> StoreResult<Called> {
        let me = guest.viewer.user.id;
        let mut users = vec![me];
        for item in items {
            match item {
                LiveItem::Logged(_, LiveEvent::Changed(event, None)) => users.extend(changes::named(event)),
                LiveItem::Signal(Signal::Typing { from: user } | Signal::Presence { user, .. }) => {
                    users.push(*user);
                }
                item => users.extend(message(item).map(|message| message.peer_of(me))),
            }
        }
        users.sort_unstable();
        users.dedup();
        let found = self.api.users.find_numbered(&users).await?;
        Ok(Called(found.into_iter().map(|user| (user.id, user.username.clone())).collect()))
    }
}

/// What is written of an item.
fn frame(
    item: LiveItem,
    about: Option<(Arc<DeliveredMessage>, HistoryMessage)>,
    (me, called): (UserId, &Called),
    addresses: &Addresses<'_>,
) -> Option<Frame> {
    let (event, position) = match (&item, &about) {
        (LiveItem::Signal(Signal::Typing { from }), _) => {
            return written("typing", None, &json!({ "userId": called.user(*from) }));
        }
        (LiveItem::Signal(Signal::Presence { user, is_online }), _) => {
            let data = json!({ "userId": called.user(*user), "isOnline": is_online });
            return written("presence", None, &data);
        }
        (LiveItem::Logged(position, LiveEvent::Changed(event, None)), _) => {
            return changes::frame(*position, event, me, called);
        }
        (LiveItem::Signal(Signal::Status(_)), _) => ("status", None),
        (LiveItem::Logged(position, LiveEvent::Message(_)), _) => ("message", Some(*position)),
        (LiveItem::Logged(position, LiveEvent::Changed(event, Some(message))), _) => match **event {
            Event::MessageEdited(_) => ("modified", Some(*position)),
            Event::MessageGrown { .. } => ("grown", Some(*position)),
            Event::MessageExpanded(_) => ("expanded", Some(*position)),
            _ => {
                let data = json!({
                    "targetId": called.user(message.peer_of(me)),
                    "messageUID": called.message(message.message.id),
                    "seq": message.message.seq,
                });
                return written("recalled", Some(*position), &data);
            }
        },
    };
    let (delivered, history) = about?;
    let (own, with) = (called.0.get(&me)?, called.0.get(&delivered.peer_of(me))?);
    let seq = delivered.conversation.map(|_| delivered.message.seq);
    let is_counted = history.message.is_counted;
    let data = MessageEvent { message: info((own, with), history, addresses), seq, is_counted };
    written(event, position, &data)
}

fn written(event: &'static str, position: Option<Position>, data: &impl Serialize) -> Option<Frame> {
    Some(Frame { event, position, data: serde_json::to_string(data).ok()? })
}

fn refused(failure: Failure) -> Refused {
    if let Some(cause) = &failure.cause {
        sixin_web::answer::reply::log(failure.status, cause);
    }
    let (code, _, text) = failure.code.row();
    let message = format!("{text}: {}", failure.detail);
    Refused { code, message, retry_after_ms: failure.retry_after_ms }
}
