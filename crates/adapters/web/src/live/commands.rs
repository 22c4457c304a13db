//! What clients say over a WebSocket (docs/live.md#socket).

use std::rc::Rc;

use serde::Deserialize;
use serde_json::{Value, json};
use sixin_application::conversations::change_conversations::Target;
use sixin_application::conversations::read_conversations::ConversationRef;
use sixin_application::delivery::commands::Outgoing;
use sixin_application::delivery::passes::LiveGuest;
use sixin_domain::id::{ConversationId, MessageId};
use sixin_domain::log::Cursor;
use sixin_domain::message::uid as message_uid;

use super::Live;
use super::dialect::{LiveVoice, Refused};
use super::presence::{MOST_USERS, watchable};
use super::session::Watches;
use crate::answer::reply::TRY_AGAIN_MS;

/// Longest idempotency key, as everywhere.
const LONGEST_KEY: usize = 255;

/// A frame of a client.
#[derive(Debug, Deserialize, PartialEq, Eq)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(crate) enum ClientFrame {
    /// Where to begin; the first frame, unless the address says it.
    Since {
        #[serde(default)]
        c: Option<String>,
    },
    /// Everything up to here has arrived on the device.
    Ack { c: String },
    /// Are you there?
    Ping {},
    /// The user is writing to somebody.
    Typing { to: Name },
    /// The user has read a conversation, or some messages.
    Read {
        #[serde(default)]
        conversation: Option<i64>,
        #[serde(default)]
        with: Option<Name>,
        #[serde(default)]
        messages: Vec<Name>,
        #[serde(default)]
        key: Option<String>,
    },
    /// Whose coming and going is to be shown from now on.
    Watch {
        users: Vec<Name>,
        #[serde(default)]
        key: Option<String>,
    },
    /// The user sends a text.
    Send { key: String, to: Name, text: String },
}

/// A name or a number.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq)]
#[serde(untagged)]
pub(crate) enum Name {
    Text(String),
    Number(i64),
}

impl Name {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl ClientFrame {
    /// Reads a frame.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// What a client is told at once.
pub(crate) struct Answer {
    pub(crate) event: &'static str,
    pub(crate) data: Value,
}

fn refused(key: Option<&str>, refused: Refused) -> Answer {
    let Refused { code, message, retry_after_ms } = refused;
    let data = json!({ "key": key, "code": code, "message": message, "retryAfterMs": retry_after_ms });
    Answer { event: "refused", data }
}

fn unclear(key: Option<&str>, message: &str) -> Answer {
    refused(key, Refused { code: 400, message: message.to_owned(), retry_after_ms: None })
}

/// Does what a client says; `None` where there is nothing to answer.
pub(crate) async fn carry_out(
    live: &Live,
    (guest, voice, watches): (Rc<LiveGuest>, Rc<dyn LiveVoice>, &Watches),
    frame: ClientFrame,
) -> Option<Answer> {
    match frame {
        ClientFrame::Since { .. } => Some(unclear(None, "since is the first frame, and comes once")),
        ClientFrame::Ack { c } => match c.parse::<Cursor>() {
            Ok(cursor) => {
                live.api.acks.acknowledge(guest.viewer.user.id, &cursor);
                None
            }
            Err(error) => Some(unclear(None, &error.to_string())),
        },
        ClientFrame::Ping {} => Some(Answer { event: "pong", data: json!({}) }),
        ClientFrame::Typing { to } => {
            let Some(to) = voice.user(&to.text()) else {
                return Some(unclear(None, "to names nobody"));
            };
            if let Err(error) = live.api.commands.typing(&guest, &to).await {
                tracing::warn!(%error, "that somebody is writing could not be told");
            }
            None
        }
        ClientFrame::Read { conversation, with, messages, key } => {
            let key = key.as_deref();
            let target = match (conversation, with, messages.as_slice()) {
                (Some(id), None, []) => Target::Conversation(ConversationRef::Id(ConversationId(id))),
                (None, Some(with), []) => {
                    let Some(with) = voice.user(&with.text()) else {
                        return Some(unclear(key, "with names nobody"));
                    };
                    return match live.api.commands.read_with(&guest, &with).await {
                        Ok(()) => Some(Answer { event: "marked", data: json!({ "key": key }) }),
                        Err(error) => Some(refused(key, voice.refused_mark(error))),
                    };
                }
                (None, None, [_, ..]) => {
                    let id = |name: &Name| voice.message_id(&name.text()).map(MessageId);
                    let Some(ids) = messages.iter().take(1001).map(id).collect::<Option<Vec<_>>>() else {
                        return Some(unclear(key, "messages are no ids"));
                    };
                    if ids.len() > 1000 {
                        return Some(unclear(key, "at most 1000 messages at once"));
                    }
                    Target::Messages(ids)
                }
                _ => return Some(unclear(key, "give one of conversation, with and messages")),
            };
            match live.api.commands.read(&guest, &target).await {
                Ok(()) => Some(Answer { event: "marked", data: json!({ "key": key }) }),
                Err(error) => Some(refused(key, voice.refused_mark(error))),
            }
        }
        ClientFrame::Watch { users, key } => Some(watch(live, (&guest, &*voice, watches), &users, key).await),
        ClientFrame::Send { key, to, text } => Some(send(live, (guest, voice), key, &to, text).await),
    }
}

async fn watch(
    live: &Live,
    (guest, voice, watches): (&LiveGuest, &dyn LiveVoice, &Watches),
    users: &[Name],
    key: Option<String>,
) -> Answer {
    if users.len() > MOST_USERS {
        return unclear(key.as_deref(), "at most 1000 users can be watched");
    }
    match watchable(live, guest, voice, users.iter().map(Name::text)).await {
        Ok(found) => {
            watches.set(found);
            Answer { event: "watching", data: json!({ "key": key }) }
        }
        Err(error) => {
            tracing::warn!(%error, "who is to be watched can't be read");
            let message = "try again".to_owned();
            refused(key.as_deref(), Refused { code: 503, message, retry_after_ms: Some(TRY_AGAIN_MS) })
        }
    }
}

async fn send(
    live: &Live,
    (guest, voice): (Rc<LiveGuest>, Rc<dyn LiveVoice>),
    key: String,
    to: &Name,
    text: String,
) -> Answer {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return unclear(Some(&key), "key is between 1 and 255 bytes long");
    }
    if text.is_empty() {
        return unclear(Some(&key), "text is empty");
    }
    let outgoing = Outgoing { key: key.clone(), to: voice.user(&to.text()), text };
    match live.api.commands.send(&guest, outgoing).await {
        Ok(sent) => {
            let placed = sent.placed;
            let data = json!({
                "key": key,
                "id": placed.id.0,
                "messageUID": message_uid::encode(placed.id),
                "conversationId": placed.place.map(|(conversation, _)| conversation.0),
                "seq": placed.place.map(|(_, seq)| seq),
                "sentAt": placed.sent_at.0,
                "replayed": sent.replayed,
            });
            Answer { event: "sent", data }
        }
        Err(error) => refused(Some(&key), voice.refused_send(error)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_are_what_they_say_and_nothing_else() {
        let parse = ClientFrame::parse;
        assert_eq!(parse(r#"{"t":"since"}"#), Some(ClientFrame::Since { c: None }));
        assert_eq!(parse(r#"{"t":"ping"}"#), Some(ClientFrame::Ping {}));
        let to = Name::Number(90_417);
        assert_eq!(parse(r#"{"t":"typing","to":90417}"#), Some(ClientFrame::Typing { to }));
        for broken in
            ["", "{}", "[]", "null", r#"{"t":"quit"}"#, r#"{"t":"send","key":"k"}"#, r#"{"t":"ack"}"#]
        {
            assert_eq!(parse(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", kind in "[a-z]{0,6}", rest in "\\PC{0,60}") {
            let _ = (ClientFrame::parse(&text), ClientFrame::parse(&format!("{{\"t\":\"{kind}\",{rest}}}")));
        }
    }
}
