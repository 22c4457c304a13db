//! Conversations: listed, removed, pinned and muted.

use super::messages::DownStreamMessage;

/// Asks for the list.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationQryInput {
    #[prost(int32, optional, tag = "2")]
    pub(crate) count: Option<i32>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) start_time: Option<i64>,
    /// 0: the newest first.
    #[prost(int32, optional, tag = "4")]
    pub(crate) order: Option<i32>,
    #[prost(int32, repeated, packed = "false", tag = "9")]
    pub(crate) channels: Vec<i32>,
}

/// Asks for a filtered list.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationQryFilter {
    #[prost(int32, repeated, packed = "false", tag = "1")]
    pub(crate) channels: Vec<i32>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) count: Option<i32>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) order: Option<i32>,
    #[prost(string, repeated, tag = "4")]
    pub(crate) tags: Vec<String>,
    #[prost(string, optional, tag = "6")]
    pub(crate) page_token: Option<String>,
}

/// The list.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationsOutput {
    #[prost(message, repeated, tag = "1")]
    pub(crate) info: Vec<RelationInfo>,
    #[prost(bool, optional, tag = "2")]
    pub(crate) is_finished: Option<bool>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) pull_time: Option<i64>,
    #[prost(string, optional, tag = "6")]
    pub(crate) page_token: Option<String>,
}

/// A conversation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationInfo {
    #[prost(int32, required, tag = "1")]
    pub(crate) channel: i32,
    #[prost(string, required, tag = "2")]
    pub(crate) user_id: String,
    #[prost(message, optional, tag = "3")]
    pub(crate) msg: Option<DownStreamMessage>,
    #[prost(int64, optional, tag = "5")]
    pub(crate) unread_count: Option<i64>,
    #[prost(int64, optional, tag = "7")]
    pub(crate) version_time: Option<i64>,
}

/// Conversations that are named.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationBatchReq {
    #[prost(message, repeated, tag = "1")]
    pub(crate) relation: Vec<RelationOpInput>,
    #[prost(bool, optional, tag = "2")]
    pub(crate) clean_msg: Option<bool>,
}

/// The conversation with whom the call is sent to, as SDKs before 5.28 say it.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationsInput {
    #[prost(int32, required, tag = "1")]
    pub(crate) channel: i32,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct RelationOpInput {
    #[prost(string, required, tag = "1")]
    pub(crate) conversation_id: String,
    #[prost(int32, required, tag = "2")]
    pub(crate) channel: i32,
}

/// Pulls what was set since then.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionReq {
    #[prost(int64, required, tag = "1")]
    pub(crate) time: i64,
}

/// What was set.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionStates {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(message, repeated, tag = "2")]
    pub(crate) state: Vec<SessionState>,
}

/// What was set of one conversation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionState {
    #[prost(int32, required, tag = "1")]
    pub(crate) channel: i32,
    /// The other side; nothing stands for all conversations.
    #[prost(string, required, tag = "2")]
    pub(crate) channel_id: String,
    #[prost(int64, optional, tag = "3")]
    pub(crate) time: Option<i64>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) items: Vec<SessionStateItem>,
}

/// One thing that was set.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionStateItem {
    /// 1: the level, 2: whether it is pinned, 3: its tags.
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    #[prost(string, required, tag = "2")]
    pub(crate) value: String,
    /// The tags of the conversation.
    #[prost(message, repeated, tag = "3")]
    pub(crate) tags: Vec<SessionTagItem>,
}

/// A tag.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionTagItem {
    #[prost(string, required, tag = "1")]
    pub(crate) id: String,
    #[prost(string, optional, tag = "2")]
    pub(crate) name: Option<String>,
    /// Whether the conversation is pinned under it.
    #[prost(bool, optional, tag = "4")]
    pub(crate) is_top: Option<bool>,
}

/// Makes tags, or removes them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionTagReq {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(message, repeated, tag = "2")]
    pub(crate) tags: Vec<SessionTagItem>,
}

/// It is done.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SetUserSettingOutput {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(bool, required, tag = "2")]
    pub(crate) reserve: bool,
    #[prost(bool, optional, tag = "3")]
    pub(crate) update_version: Option<bool>,
}

/// Sets something.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionStateModifyReq {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(message, repeated, tag = "2")]
    pub(crate) state: Vec<SessionState>,
}

/// It is set.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionStateModifyResp {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(bool, required, tag = "2")]
    pub(crate) update_version: bool,
}

/// Sets the level of all conversations.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TypeUnpushInput {
    #[prost(int32, required, tag = "1")]
    pub(crate) channel: i32,
    #[prost(int32, required, tag = "3")]
    pub(crate) level: i32,
}
