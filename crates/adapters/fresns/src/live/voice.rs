//! What happens, in the objects of this dialect (docs/live.md#fresns).

use std::collections::HashSet;

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, json};
use sixin_application::conversations::read_conversations::ConversationError;
use sixin_application::delivery::Signal;
use sixin_application::delivery::passes::LiveGuest;
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_application::delivery::stream::{LiveEvent, LiveItem};
use sixin_application::ports::StoreResult;
use sixin_application::sending::pipeline::SendError;
use sixin_application::users::profiles::ShownUsers;
use sixin_domain::event::Event;
use sixin_domain::id::{ConversationId, MessageId, UserId};
use sixin_domain::log::Position;
use sixin_domain::user::username::UserRef;
use sixin_web::live::changes::{self, Names};
use sixin_web::live::{Frame, LiveVoice, Refused};

use crate::admission::Locale;
use crate::api::FresnsApi;
use crate::codes::Failure;
use crate::conversations::conversation_info::Cast;
use crate::conversations::message_info::{MessageInfo, cleaned, viewed};
use crate::key_filter::KeyFilter;
use crate::parameters::whole_number;
use crate::responses::words;
use crate::shape::Second;

/// How one user of an app is spoken to.
pub(crate) struct FresnsVoice {
    pub(crate) api: FresnsApi,
    pub(crate) locale: Locale,
    /// Which keys of user objects are shown.
    pub(crate) keys: KeyFilter,
}

/// A message that was stored, or that says something else.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MessageEvent<'a> {
    /// Null of a message that is kept in no conversation.
    conversation_id: Option<i64>,
    seq: Option<i64>,
    message: &'a MessageInfo,
}

/// What is to be written: a frame, or one about a message whose words have to be looked through first.
enum Part {
    Ready(Frame),
    Message { event: &'static str, position: Option<Position>, conversation: Option<i64>, seq: i64 },
}

/// What users, conversations and messages are called here.
struct Called<'a>(&'a ShownUsers);

impl Names for Called<'_> {
    fn user(&self, user: UserId) -> Value {
        let shown = self.0.users.get(&user);
        shown.map_or(
            Value::Null,
            |shown| json!({ "uid": shown.user.uid.0, "username": shown.user.username.as_str() }),
        )
    }

    fn conversation(&self, id: ConversationId, _: UserId) -> (&'static str, Value) {
        ("conversationId", id.0.into())
    }

    fn message(&self, id: MessageId) -> Value {
        id.0.into()
    }
}

/// Whom items are about.
fn named(items: &[LiveItem]) -> Vec<UserId> {
    let mut users = Vec::new();
    for item in items {
        match item {
            LiveItem::Logged(_, LiveEvent::Message(message))
            | LiveItem::Logged(_, LiveEvent::Changed(_, Some(message)))
            | LiveItem::Signal(Signal::Status(message)) => users.push(message.message.sender),
            LiveItem::Logged(_, LiveEvent::Changed(event, None)) => users.extend(changes::named(event)),
            LiveItem::Signal(Signal::Typing { from: user } | Signal::Presence { user, .. }) => {
                users.push(*user);
            }
        }
    }
    users
}

#[async_trait(?Send)]
impl LiveVoice for FresnsVoice {
    async fn frames(&self, guest: &LiveGuest, items: Vec<LiveItem>) -> StoreResult<Vec<Frame>> {
        let shown = self.api.profiles.of(&guest.viewer, &named(&items)).await?;
        let filter = self.api.block_words.filter().await?;
        let locale = Locale { now: self.api.clock.now(), ..self.locale.clone() };
        let files = HashSet::new();
        let cast = Cast::<Second>::new(&shown, &files, &self.keys, &filter, &locale);
        let (mut parts, mut infos) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items {
            let (part, message) = part(item, guest.viewer.user.id, &shown);
            if let Some(found) = message {
                let seen = (guest.viewer.user.id, found.is_read);
                infos.push(viewed(&found.message, seen, cast.user(found.message.sender), &locale));
            }
            parts.extend(part);
        }
        cleaned(&mut infos, &filter).await?;
        let mut infos = infos.iter();
        let frames = parts.into_iter().filter_map(|part| match part {
            Part::Ready(frame) => Some(frame),
            Part::Message { event, position, conversation, seq } => {
                let seq = conversation.map(|_| seq);
                let data = MessageEvent { conversation_id: conversation, seq, message: infos.next()? };
                Some(Frame { event, position, data: serde_json::to_string(&data).ok()? })
            }
        });
        Ok(frames.collect())
    }

    fn user(&self, text: &str) -> Option<UserRef> {
        UserRef::parse(text).ok()
    }

    fn message_id(&self, text: &str) -> Option<i64> {
        whole_number(text)
    }

    fn refused_send(&self, error: SendError) -> Refused {
        self.refused(error.into())
    }

    fn refused_mark(&self, error: ConversationError) -> Refused {
        self.refused(error.into())
    }
}

impl FresnsVoice {
    fn refused(&self, failure: Failure) -> Refused {
        if let Some(cause) = &failure.cause {
            sixin_web::answer::reply::log(failure.status, cause);
        }
        let message = words(&failure, self.locale.language).into_owned();
        Refused { code: failure.code, message, retry_after_ms: failure.retry_after_ms }
    }
}

/// What is written of an item, and the message whose object stands in it.
fn part(
    item: LiveItem,
    guest: UserId,
    shown: &ShownUsers,
) -> (Option<Part>, Option<std::sync::Arc<DeliveredMessage>>) {
    let called = Called(shown);
    let of_message = |event, position, message: std::sync::Arc<DeliveredMessage>| {
        let conversation = message.conversation.map(|id| id.0);
        let part = Part::Message { event, position, conversation, seq: message.message.seq };
        (Some(part), Some(message))
    };
    let ready = |event, position, data: Value| {
        (Some(Part::Ready(Frame { event, position, data: data.to_string() })), None)
    };
    match item {
        LiveItem::Signal(Signal::Status(message)) => of_message("status", None, message),
        LiveItem::Signal(Signal::Typing { from }) => {
            ready("typing", None, json!({ "user": called.user(from) }))
        }
        LiveItem::Signal(Signal::Presence { user, is_online }) => {
            ready("presence", None, json!({ "user": called.user(user), "isOnline": is_online }))
        }
        LiveItem::Logged(position, LiveEvent::Message(message)) => {
            of_message("message", Some(position), message)
        }
        LiveItem::Logged(position, LiveEvent::Changed(event, Some(message))) => {
            let about = json!({
                "conversationId": message.conversation.map(|id| id.0),
                "messageId": message.message.id.0,
                "seq": message.message.seq,
            });
            match *event {
                Event::MessageEdited(_) => of_message("modified", Some(position), message),
                Event::MessageGrown { .. } => of_message("grown", Some(position), message),
                Event::MessageExpanded(_) => ready("expanded", Some(position), about),
                _ => ready("recalled", Some(position), about),
            }
        }
        LiveItem::Logged(position, LiveEvent::Changed(event, None)) => {
            (changes::frame(position, &event, guest, &called).map(Part::Ready), None)
        }
    }
}
