//! What is unread, where the server keeps it.

/// Asks what is unread.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionQryInput {
    /// What is known already.
    #[prost(int64, optional, tag = "1")]
    pub(crate) version: Option<i64>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) count: Option<i32>,
    #[prost(string, optional, tag = "4")]
    pub(crate) page_token: Option<String>,
}

/// This is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionsOutput {
    #[prost(message, repeated, tag = "1")]
    pub(crate) sessions: Vec<SessionOutput>,
    /// Where the next page begins; empty after the last one.
    #[prost(string, optional, tag = "2")]
    pub(crate) page_token: Option<String>,
}

/// Of one conversation. The SDK takes what is not written for nothing, so all of it is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SessionOutput {
    #[prost(string, required, tag = "1")]
    pub(crate) target_id: String,
    #[prost(string, required, tag = "2")]
    pub(crate) bus_channel: String,
    #[prost(int32, required, tag = "3")]
    pub(crate) channel: i32,
    #[prost(int64, required, tag = "4")]
    pub(crate) version: i64,
    #[prost(message, required, tag = "5")]
    pub(crate) unread: UnreadInfo,
}

/// How much.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UnreadInfo {
    #[prost(int32, required, tag = "1")]
    pub(crate) count: i32,
    /// Of these with a mention: conversations of two have none.
    #[prost(int32, required, tag = "2")]
    pub(crate) mentions: i32,
    #[prost(int32, required, tag = "3")]
    pub(crate) mentions_of_me: i32,
    /// When it was read last, which is not kept.
    #[prost(int64, required, tag = "4")]
    pub(crate) clear_time: i64,
    /// Messages up to that time are counted already.
    #[prost(int64, required, tag = "5")]
    pub(crate) cut_off_time: i64,
}
