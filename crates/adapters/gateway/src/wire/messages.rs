//! Messages, sent, pulled, read back and changed.

/// A message on its way up.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UpStreamMessage {
    /// Bits, see [`crate::calls::options`].
    #[prost(int32, required, tag = "1")]
    pub(crate) session_id: i32,
    #[prost(string, required, tag = "2")]
    pub(crate) class_name: String,
    #[prost(string, required, tag = "3")]
    pub(crate) content: String,
    #[prost(string, optional, tag = "4")]
    pub(crate) push_text: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(crate) app_data: Option<String>,
    #[prost(int32, optional, tag = "9")]
    pub(crate) config_flag: Option<i32>,
    #[prost(int64, optional, tag = "10")]
    pub(crate) client_unique_id: Option<i64>,
    #[prost(string, optional, tag = "11")]
    pub(crate) extra_content: Option<String>,
    #[prost(message, optional, tag = "12")]
    pub(crate) push_ext: Option<PushExtra>,
    #[prost(int64, optional, tag = "22")]
    pub(crate) option_bits: Option<i64>,
}

/// What push services are told.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PushExtra {
    #[prost(string, optional, tag = "1")]
    pub(crate) title: Option<String>,
    #[prost(string, optional, tag = "3")]
    pub(crate) push_id: Option<String>,
    #[prost(string, optional, tag = "4")]
    pub(crate) push_configs: Option<String>,
    #[prost(string, optional, tag = "5")]
    pub(crate) template_id: Option<String>,
}

/// A message on its way down.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DownStreamMessage {
    /// The other side of the conversation, also of messages of one's own.
    #[prost(string, required, tag = "1")]
    pub(crate) from_user_id: String,
    #[prost(int32, required, tag = "2")]
    pub(crate) channel: i32,
    #[prost(string, required, tag = "4")]
    pub(crate) class_name: String,
    #[prost(string, required, tag = "5")]
    pub(crate) content: String,
    #[prost(int64, required, tag = "6")]
    pub(crate) data_time: i64,
    /// Bits, see [`crate::shown`].
    #[prost(int64, required, tag = "7")]
    pub(crate) status: i64,
    #[prost(string, optional, tag = "9")]
    pub(crate) msg_id: Option<String>,
    /// 1: one's own.
    #[prost(int32, optional, tag = "10")]
    pub(crate) direction: Option<i32>,
    #[prost(string, optional, tag = "15")]
    pub(crate) extra_content: Option<String>,
    #[prost(string, optional, tag = "16")]
    pub(crate) push_content: Option<String>,
    #[prost(int64, optional, tag = "20")]
    pub(crate) ext_status: Option<i64>,
    #[prost(int64, optional, tag = "23")]
    pub(crate) option_bits: Option<i64>,
    #[prost(string, optional, tag = "24")]
    pub(crate) convert_ext: Option<String>,
}

/// Something is there to be pulled.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct NotifyMsg {
    #[prost(int32, required, tag = "1")]
    pub(crate) kind: i32,
    #[prost(int64, optional, tag = "2")]
    pub(crate) time: Option<i64>,
}

/// Pulls.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SyncRequestMsg {
    #[prost(int64, required, tag = "1")]
    pub(crate) sync_time: i64,
}

/// What was pulled.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DownStreamMessages {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<DownStreamMessage>,
    #[prost(int64, required, tag = "2")]
    pub(crate) sync_time: i64,
    /// Never left out, or the SDK asks again and again.
    #[prost(bool, required, tag = "3")]
    pub(crate) finished: bool,
}

/// Asks for a history.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HistoryMsgInput {
    #[prost(string, optional, tag = "1")]
    pub(crate) target_id: Option<String>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) time: Option<i64>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) count: Option<i32>,
    /// 0: older ones, 1: newer ones.
    #[prost(int32, optional, tag = "4")]
    pub(crate) order: Option<i32>,
}

/// A part of a history.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct HistoryMsgOutput {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<DownStreamMessage>,
    #[prost(int64, required, tag = "2")]
    pub(crate) sync_time: i64,
    #[prost(int32, required, tag = "3")]
    pub(crate) has_msg: i32,
}

/// Asks for messages by their names.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MsgQuery {
    #[prost(string, required, tag = "1")]
    pub(crate) target_id: String,
    #[prost(int32, required, tag = "2")]
    pub(crate) channel: i32,
    #[prost(message, repeated, tag = "3")]
    pub(crate) query: Vec<MessageQueryInfo>,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MessageQueryInfo {
    #[prost(int64, required, tag = "1")]
    pub(crate) msg_time: i64,
    #[prost(string, required, tag = "2")]
    pub(crate) msg_uid: String,
}

/// Those that were found.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MsgQueryAck {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<DownStreamMessage>,
    #[prost(string, repeated, tag = "2")]
    pub(crate) not_exist: Vec<String>,
}

/// Has a message say something else.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MsgChangeReq {
    #[prost(string, required, tag = "2")]
    pub(crate) target_id: String,
    #[prost(int32, required, tag = "3")]
    pub(crate) channel: i32,
    #[prost(string, required, tag = "4")]
    pub(crate) msg_uid: String,
    #[prost(string, optional, tag = "7")]
    pub(crate) content: Option<String>,
}

/// As it is now.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModifyMsgResp {
    #[prost(int64, optional, tag = "1")]
    pub(crate) modify_time: Option<i64>,
    #[prost(message, optional, tag = "2")]
    pub(crate) msg: Option<DownStreamMessage>,
}

/// Pulls messages that say something else.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullModifyMsgReq {
    #[prost(int64, optional, tag = "1")]
    pub(crate) pull_version: Option<i64>,
}

/// Those messages.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullModifyMsgResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) msg: Vec<ModifiedMsg>,
    #[prost(int64, required, tag = "2")]
    pub(crate) next_version: i64,
    #[prost(bool, required, tag = "3")]
    pub(crate) finished: bool,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ModifiedMsg {
    #[prost(int32, required, tag = "1")]
    pub(crate) modify_type: i32,
    #[prost(message, optional, tag = "2")]
    pub(crate) msg: Option<DownStreamMessage>,
}

/// Messages that one side deletes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DeleteMsgInput {
    #[prost(int32, optional, tag = "1")]
    pub(crate) channel: Option<i32>,
    #[prost(string, optional, tag = "2")]
    pub(crate) conversation_id: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) msgs: Vec<DeletedMsg>,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct DeletedMsg {
    #[prost(string, optional, tag = "1")]
    pub(crate) msg_id: Option<String>,
}

/// A history that one side clears.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CleanHisMsgInput {
    #[prost(string, required, tag = "1")]
    pub(crate) target_id: String,
    /// 0: all of it.
    #[prost(int64, required, tag = "2")]
    pub(crate) data_time: i64,
    #[prost(int32, optional, tag = "3")]
    pub(crate) channel: Option<i32>,
}

/// Several of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct CleanMsgBatchReq {
    #[prost(message, repeated, tag = "1")]
    pub(crate) input: Vec<CleanHisMsgInput>,
}
