//! Sending: the rules are those of every user.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use sixin_application::access::authenticate_user::hash_token;
use sixin_application::messages::change_messages::MessageRef;
use sixin_application::sending::ports::IdempotencyKey;
use sixin_application::sending::send_message::{Content, SendRequest, TypedContent};
use sixin_domain::id::AppKeyId;
use sixin_domain::message::content;
use sixin_domain::message::expansion::{Edit, PAIRS_A_CALL};
use sixin_domain::message::object_name::ObjectName;
use sixin_domain::message::uid::{self, MessageName};
use sixin_domain::time::Millis;
use sixin_domain::user::username::{UserRef, Username};

use super::{Answer, Caller, options, reading};
use crate::codes::Code;
use crate::wire::messages::UpStreamMessage;

/// Classes that are no messages but tell the server something.
const READ: &str = "RC:ReadNtf";
const SYNC_READ: &str = "RC:SRSMsg";
const EXPANDED: &str = "RC:MsgExMsg";
const TYPING: &str = "RC:TypSts";
/// Under which app key the results of sends are kept: a connection speaks for a user, not for an app.
const NO_APP_KEY: AppKeyId = AppKeyId(0);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReadUntil {
    last_message_send_time: i64,
}

/// A change of pairs.
#[derive(Deserialize)]
struct Expanded {
    mid: String,
    #[serde(default)]
    put: BTreeMap<String, String>,
    #[serde(default)]
    del: BTreeSet<String>,
}

/// A message to somebody.
pub(crate) async fn send(
    caller: &Caller<'_>,
    target: &str,
    message: UpStreamMessage,
) -> Result<Answer, Code> {
    let target = Username::new(target).map_err(|_| Code::PARAMETER)?;
    match message.class_name.as_str() {
        READ | SYNC_READ => {
            let read: ReadUntil = serde_json::from_str(&message.content).map_err(|_| Code::PARAMETER)?;
            reading::mark(caller, &target, Millis(read.last_message_send_time)).await?;
            return Ok(acknowledged(caller));
        }
        EXPANDED => return expand(caller, target, &message.content).await,
        _ => {}
    }
    let key = message.client_unique_id.filter(|id| *id != 0).map(|id| {
        let said = format!("{target}\n{}\n{}", message.class_name, message.content);
        IdempotencyKey {
            app_key: NO_APP_KEY,
            key: format!("gateway {} {id}", caller.device),
            fingerprint: hash_token(&said),
            lives_ms: caller.showing.api.keys_live_ms,
        }
    });
    let request = request(caller, target, &message, key).await?;
    let sent = caller.showing.api.send_message.send(request).await?;
    Ok(Answer::Published(sent.placed.sent_at, uid::encode(sent.placed.id)))
}

/// Something for the moment. The SDK waits for no answer.
pub(crate) async fn pass_on(
    caller: &Caller<'_>,
    target: &str,
    message: UpStreamMessage,
) -> Result<Answer, Code> {
    let target = Username::new(target).map_err(|_| Code::PARAMETER)?;
    let Caller { showing, .. } = caller;
    if message.class_name == TYPING {
        showing.api.commands.typing(showing.guest, &UserRef::Username(target)).await?;
    } else {
        let request = request(caller, target, &message, None).await?;
        showing.api.send_message.pass_on(request).await?;
    }
    Ok(Answer::Nothing)
}

/// A request to send, by whoever the caller is now: it may have been muted since it came.
async fn request(
    caller: &Caller<'_>,
    target: Username,
    message: &UpStreamMessage,
    idempotency: Option<IdempotencyKey>,
) -> Result<SendRequest, Code> {
    let api = caller.showing.api;
    let object_name = ObjectName::new(message.class_name.as_str()).map_err(|_| Code::CLASS_REFUSED)?;
    if message.content.len() > api.limits.content_bytes {
        return Err(Code::TOO_LONG);
    }
    let checked = content::check_unwrapped(&object_name, message.content.clone(), &api.limits);
    let content::Content { content, text } = checked.map_err(|_| Code::PARAMETER)?;
    let effects = options::effects(message).of_type(&object_name);
    let delivery = options::delivery(message, &api.limits)?;
    let typed = TypedContent { object_name, content, text, effects, delivery };
    let me = caller.showing.guest.viewer.user.id;
    let sender = api.users.find_numbered(&[me]).await?.pop();
    Ok(SendRequest {
        sender: sender.unwrap_or_else(|| Arc::clone(&caller.showing.guest.viewer.user)),
        settings: api.settings.settings().await?,
        to: Some(UserRef::Username(target)),
        content: Content::Typed(Box::new(typed)),
        nonce: None,
        idempotency,
        own_rate: None,
    })
}

/// Keeps or drops pairs of a message. Both sides are told by the log.
async fn expand(caller: &Caller<'_>, target: Username, content: &str) -> Result<Answer, Code> {
    let Expanded { mid, put, del } = serde_json::from_str(content).map_err(|_| Code::PAIRS)?;
    let name = MessageName::read(&mid).ok_or(Code::MESSAGE_UNKNOWN)?;
    let edit = if put.is_empty() { Edit::Remove(del) } else { Edit::Set(options::checked(put)?) };
    let count = match &edit {
        Edit::Set(pairs) => pairs.len(),
        Edit::Remove(keys) => keys.len(),
    };
    if !(1..=PAIRS_A_CALL).contains(&count) {
        return Err(Code::PAIRS);
    }
    let wanted = MessageRef { by: caller.name(), with: target, name };
    caller.showing.api.expand_messages.edit(&wanted, edit).await?;
    Ok(acknowledged(caller))
}

/// What is no message is called by a name of its own.
pub(crate) fn acknowledged(caller: &Caller<'_>) -> Answer {
    let name = caller.showing.api.secrets.alphanumeric(16);
    Answer::Published(caller.now(), format!("C{name}"))
}
