//! Messages as the SDK knows them, whoever has sent them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sixin_application::delivery::passes::LiveGuest;
use sixin_application::delivery::ports::DeliveredMessage;
use sixin_application::messages::read_history::{HistoryError, HistoryMessage};
use sixin_application::ports::StoreResult;
use sixin_domain::id::UserId;
use sixin_domain::message::delivery::DeliveryOptions;
use sixin_domain::message::expansion::Expansion;
use sixin_domain::message::recall::RecalledMessage;
use sixin_domain::message::typed::typed;
use sixin_domain::message::uid;
use sixin_domain::user::username::Username;
use sixin_web::files::address::address;

use crate::api::GatewayApi;
use crate::wire::PRIVATE;
use crate::wire::messages::DownStreamMessage;

/// Bits of a message's status.
mod status {
    pub(super) const READ: i64 = 2;
    pub(super) const STORED: i64 = 16;
    pub(super) const COUNTED: i64 = 32;
    pub(super) const SILENT: i64 = 512;
    pub(super) const EXPANDABLE: i64 = 1024;
}

/// The bit of options that says that a receipt is wanted.
pub(crate) const NEEDS_RECEIPT: i64 = 2;
/// The bit that says that a message was changed.
pub(crate) const MODIFIED: i64 = 4;
/// A message of one's own.
const OWN: i32 = 1;

/// Who is shown something, and from where.
pub(crate) struct Showing<'a> {
    pub(crate) api: &'a GatewayApi,
    pub(crate) guest: &'a LiveGuest,
    pub(crate) origin: &'a str,
}

/// What others are called.
pub(crate) struct Names(HashMap<UserId, Username>);

impl Names {
    /// The name of a user; nothing of one that is gone.
    pub(crate) fn of(&self, user: UserId) -> String {
        self.0.get(&user).map(Username::to_string).unwrap_or_default()
    }
}

impl Showing<'_> {
    /// Whom it is shown to.
    pub(crate) fn me(&self) -> UserId {
        self.guest.viewer.user.id
    }

    /// What users are called.
    pub(crate) async fn names(&self, mut users: Vec<UserId>) -> StoreResult<Names> {
        users.sort_unstable();
        users.dedup();
        let found = self.api.users.find_numbered(&users).await?;
        Ok(Names(found.into_iter().map(|user| (user.id, user.username.clone())).collect()))
    }

    /// Messages, in their order.
    pub(crate) async fn messages(
        &self,
        found: &[Arc<DeliveredMessage>],
    ) -> StoreResult<Vec<DownStreamMessage>> {
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let me = self.me();
        let names = self.names(found.iter().map(|found| found.peer_of(me)).collect()).await?;
        let viewed = found.iter().map(|found| found.message.clone()).collect();
        let shown = self.api.read_history.shown_to(me, viewed).await.map_err(HistoryError::of_store)?;
        let both = shown.into_iter().zip(found);
        Ok(both
            .map(|(message, found)| {
                let mut down = self.down(&names.of(found.peer_of(me)), message);
                if found.conversation.is_none() {
                    down.status &= !status::STORED;
                }
                if found.is_read && !found.message.sender.eq(&me) {
                    down.status |= status::READ;
                }
                down
            })
            .collect())
    }

    /// A message of the conversation with somebody.
    pub(crate) fn down(&self, peer: &str, shown: HistoryMessage) -> DownStreamMessage {
        let HistoryMessage { message, is_own, expansion } = shown;
        let place = |file: &_| address(file, &self.guest.viewer.settings, self.origin, &self.api.file_links);
        let (class_name, content) = typed(message.body, message.file.as_ref(), place);
        let delivery = message.delivery.unwrap_or_default();
        let needs_receipt = delivery.need_read_receipt == Some(true);
        DownStreamMessage {
            from_user_id: peer.to_owned(),
            channel: PRIVATE,
            class_name,
            content: readable(content),
            data_time: message.sent_at.0,
            status: bits(&delivery, message.is_counted, expansion.is_some()),
            msg_id: Some(uid::encode(message.id)),
            direction: is_own.then_some(OWN),
            extra_content: expansion.as_ref().and_then(pairs),
            push_content: delivery.push_content,
            ext_status: message.edited_at.map(|_| MODIFIED),
            option_bits: needs_receipt.then_some(NEEDS_RECEIPT),
            convert_ext: message.edited_at.map(|at| json!({ "modify": { "time": at.0 } }).to_string()),
        }
    }
}

/// A message that only tells the SDK what became of another one, or of a conversation.
pub(crate) fn command(
    (peer, is_own): (String, bool),
    class_name: &str,
    content: &Value,
    (name, time): (String, i64),
) -> DownStreamMessage {
    DownStreamMessage {
        from_user_id: peer,
        channel: PRIVATE,
        class_name: class_name.to_owned(),
        content: content.to_string(),
        data_time: time,
        msg_id: Some(name),
        direction: is_own.then_some(OWN),
        ..DownStreamMessage::default()
    }
}

/// What the SDK shows in the place of a message that was recalled (facts/rongcloud-client, 4.5).
pub(crate) fn notice(whose: (String, bool), recalled: &RecalledMessage, by: &Username) -> DownStreamMessage {
    let content = json!({
        "operatorId": by.as_str(),
        "recallTime": recalled.sent_at.0,
        "recallActionTime": recalled.recalled_at.0,
        "admin": recalled.recall.is_admin,
        "delete": false,
        "isDelete": false,
    });
    let mut down = command(whose, "RC:RcNtf", &content, (uid::encode(recalled.id), recalled.sent_at.0));
    down.status = status::STORED;
    down
}

/// The SDK loses a whole page over a content that is `null`, and asks for it for ever.
fn readable(content: String) -> String {
    if content.trim() == "null" { "{}".to_owned() } else { content }
}

fn bits(delivery: &DeliveryOptions, is_counted: bool, is_expandable: bool) -> i64 {
    let bit = |is_set: bool, bit: i64| if is_set { bit } else { 0 };
    status::STORED
        | bit(is_counted, status::COUNTED)
        | bit(delivery.disable_push == Some(true), status::SILENT)
        | bit(is_expandable, status::EXPANDABLE)
}

/// The pairs of a message; nothing if there are none.
pub(crate) fn pairs(expansion: &Expansion) -> Option<String> {
    let value = |(key, (value, _)): (&str, (&str, _))| (key.to_owned(), json!({ "v": value }));
    let pairs: Map<String, Value> = expansion.present().into_iter().map(value).collect();
    (!pairs.is_empty()).then(|| Value::Object(pairs).to_string())
}
