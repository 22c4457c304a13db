//! What hooks are asked (docs/hooks.md#wire).

use serde::Serialize;
use utoipa::ToSchema;

/// A message that is to be stored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HookQuestion)]
pub(crate) struct QuestionData<'a> {
    /// Who sends it.
    pub(crate) from_user_id: &'a str,
    /// The uid of who sends it.
    pub(crate) from_uid: i64,
    /// Who would get it.
    pub(crate) to_user_ids: Vec<&'a str>,
    /// The uids of who would get it.
    pub(crate) to_uids: Vec<i64>,
    /// The type of the content.
    #[schema(example = "RC:TxtMsg")]
    pub(crate) object_name: &'a str,
    /// The content, as its type says.
    pub(crate) content: &'a str,
    /// Its text, if it is one.
    pub(crate) text: Option<&'a str>,
    /// Whether it can carry pairs.
    pub(crate) expansion: bool,
    /// The pairs it carries: the text of a JSON object, or empty.
    pub(crate) extra_content: String,
    /// Text of the notification.
    pub(crate) push_content: Option<String>,
    /// Data of the notification.
    pub(crate) push_data: Option<String>,
    /// Settings for push services: the text of a JSON object.
    pub(crate) push_ext: Option<String>,
    /// Whether nobody is notified.
    pub(crate) disable_push: bool,
    /// The channel it is sent over.
    pub(crate) bus_channel: String,
    /// By which dialect it came: fresns, client or rongcloud.
    #[schema(example = "fresns")]
    pub(crate) dialect: &'static str,
}
