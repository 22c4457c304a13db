//! Changes about messages: receipts.

/// Pulls changes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QueryMsgChange {
    #[prost(int64, required, tag = "1")]
    pub(crate) sync_time: i64,
}

/// The changes.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct EventChangeList {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<EventChange>,
    #[prost(int64, required, tag = "2")]
    pub(crate) sync_time: i64,
    #[prost(bool, required, tag = "3")]
    pub(crate) has_next: bool,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct EventChange {
    #[prost(string, optional, tag = "1")]
    pub(crate) business_id: Option<String>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) channel: Option<i32>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) time: Option<i64>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) change_type: Option<i32>,
    #[prost(string, optional, tag = "7")]
    pub(crate) secondary_id: Option<String>,
    #[prost(int32, required, tag = "11")]
    pub(crate) sub_change_type: i32,
    #[prost(bytes = "vec", optional, tag = "16")]
    pub(crate) event_data: Option<Vec<u8>>,
}

/// That a message was read.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MsgReadEvent {
    #[prost(string, optional, tag = "1")]
    pub(crate) msg_id: Option<String>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) msg_time: Option<i64>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) total: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) read: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    pub(crate) unread: Option<i32>,
    #[prost(message, repeated, tag = "6")]
    pub(crate) readers: Vec<ReceiptUser>,
}

/// Who has read it, and when.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReceiptUser {
    #[prost(int64, optional, tag = "1")]
    pub(crate) receipt_time: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub(crate) user_id: Option<String>,
}

/// Says that messages were read.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReadReceipt {
    #[prost(string, optional, tag = "1")]
    pub(crate) target_id: Option<String>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) channel: Option<i32>,
    #[prost(string, repeated, tag = "5")]
    pub(crate) msg_ids: Vec<String>,
}

/// Asks whether messages were read.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QueryReceiptBatchReq {
    #[prost(message, repeated, tag = "1")]
    pub(crate) items: Vec<QueryReceipt>,
}

/// Of one conversation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QueryReceipt {
    #[prost(string, optional, tag = "1")]
    pub(crate) target_id: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) channel: Option<i32>,
    #[prost(string, repeated, tag = "4")]
    pub(crate) msg_ids: Vec<String>,
}

/// Whether they were.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QueryReceiptBatchResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) item: Vec<ReceiptsOfConversation>,
}

/// Of one conversation.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReceiptsOfConversation {
    #[prost(string, optional, tag = "1")]
    pub(crate) target_id: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub(crate) bus_channel: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) channel: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub(crate) msg: Vec<MessageReceipt>,
}

/// Of one message.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct MessageReceipt {
    #[prost(string, optional, tag = "1")]
    pub(crate) msg_id: Option<String>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) msg_time: Option<i64>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) total: Option<i32>,
    #[prost(int64, optional, tag = "4")]
    pub(crate) read: Option<i64>,
    #[prost(message, repeated, tag = "5")]
    pub(crate) readers: Vec<ReceiptUser>,
    #[prost(int64, optional, tag = "7")]
    pub(crate) unread: Option<i64>,
    #[prost(message, repeated, tag = "8")]
    pub(crate) others: Vec<ReceiptUser>,
}

/// Receipts of messages, in pages.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ReceiptResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) resp: Vec<MessageReceipt>,
    #[prost(string, optional, tag = "4")]
    pub(crate) page_token: Option<String>,
}

/// A read mark.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionMsgReadInput {
    #[prost(int32, required, tag = "1")]
    pub(crate) channel: i32,
    #[prost(int64, required, tag = "2")]
    pub(crate) msg_time: i64,
    #[prost(string, required, tag = "3")]
    pub(crate) channel_id: String,
}
