//! The messages of a history, each as a content of this dialect (docs/wire/rongcloud.md#history).

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_application::files::links::FileLinks;
use sixin_application::messages::read_history::{HistoryMessage, HistoryRequest};
use sixin_domain::file::StoredFile;
use sixin_domain::message::body::Body;
use sixin_domain::message::expansion::Expansion;
use sixin_domain::message::typed::typed;
use sixin_domain::message::uid as message_uid;
use sixin_domain::site::settings::Settings;
use sixin_domain::user::username::Username;
use sixin_web::files::address::address;
use utoipa::ToSchema;

use crate::responses::SUCCESS;

/// Some messages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudHistory)]
pub(crate) struct History {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// The messages, the oldest first.
    data: Vec<HistoryInfo>,
}

/// A message of a history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudHistoryMessage)]
pub(crate) struct HistoryInfo {
    /// The other user of the conversation.
    target_id: String,
    /// Who sent it.
    from_user_id: String,
    /// Which message it is.
    #[serde(rename = "messageUID")]
    #[schema(pattern = "^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$", example = "16EA-XU84-007G-FDTH")]
    message_uid: String,
    /// When it was sent: milliseconds since 1970, UTC.
    msg_time: i64,
    /// Its type.
    #[schema(example = "RC:TxtMsg")]
    object_name: String,
    /// Its content; of built-in types the text of a JSON object.
    content: String,
    /// Whether it can carry key-value data.
    expansion: bool,
    /// That data, the text of a JSON object; empty if there is none.
    extra_content: String,
    /// The channel it was sent in; empty if in none.
    bus_channel: String,
}

/// What the addresses of files are made of.
pub(crate) struct Addresses<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) origin: &'a str,
    pub(crate) links: &'a FileLinks,
}

/// The answer.
pub(crate) fn history(
    asked: &HistoryRequest,
    found: Vec<HistoryMessage>,
    addresses: &Addresses<'_>,
) -> History {
    let info = |message| info((&asked.user, &asked.with), message, addresses);
    History { code: SUCCESS, data: found.into_iter().map(info).collect() }
}

/// One message of the conversation of a user with another.
pub(crate) fn info(
    (user, with): (&Username, &Username),
    HistoryMessage { message, is_own, expansion }: HistoryMessage,
    addresses: &Addresses<'_>,
) -> HistoryInfo {
    let (object_name, content) = shown(message.body, message.file.as_ref(), addresses);
    HistoryInfo {
        target_id: with.to_string(),
        from_user_id: if is_own { user } else { with }.to_string(),
        message_uid: message_uid::encode(message.id),
        msg_time: message.sent_at.0,
        object_name,
        content,
        expansion: expansion.is_some(),
        extra_content: expansion.as_ref().map(carried).unwrap_or_default(),
        bus_channel: message.delivery.and_then(|options| options.bus_channel).unwrap_or_default(),
    }
}

/// The pairs as the text of an object; nothing if there are none.
fn carried(expansion: &Expansion) -> String {
    let pairs: Map<String, Value> =
        expansion.present().into_iter().map(|(key, (value, _))| (key.to_owned(), value.into())).collect();
    if pairs.is_empty() { String::new() } else { Value::Object(pairs).to_string() }
}

/// Type and content.
pub(crate) fn shown(body: Body, file: Option<&StoredFile>, addresses: &Addresses<'_>) -> (String, String) {
    typed(body, file, |file| address(file, addresses.settings, addresses.origin, addresses.links))
}
