//! Who is online.

/// Watches users, or no longer.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UpdateUserSubReq {
    #[prost(int32, optional, tag = "1")]
    pub(crate) kind: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) users: Vec<WatchedUser>,
    /// 0: watches, 1: no longer.
    #[prost(int32, optional, tag = "3")]
    pub(crate) op: Option<i32>,
    /// Seconds.
    #[prost(int32, optional, tag = "4")]
    pub(crate) expiry: Option<i32>,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct WatchedUser {
    #[prost(string, optional, tag = "1")]
    pub(crate) user_id: Option<String>,
}

/// It is done; of too many, those that were.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UpdateUserSubResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) users: Vec<WatchedUser>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) time: Option<i64>,
}

/// Pulls whom one watches.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSubReq {
    #[prost(int64, optional, tag = "1")]
    pub(crate) version: Option<i64>,
}

/// Whom one watches.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSubResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<Watching>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) version: Option<i64>,
    #[prost(bool, optional, tag = "3")]
    pub(crate) has_next: Option<bool>,
    #[prost(bool, optional, tag = "5")]
    pub(crate) is_full: Option<bool>,
}

/// Some that are watched alike.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Watching {
    #[prost(message, repeated, tag = "1")]
    pub(crate) users: Vec<WatchedUser>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) kind: Option<i32>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) time: Option<i64>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) expiry: Option<i32>,
    #[prost(int32, optional, tag = "5")]
    pub(crate) op: Option<i32>,
}

/// Asks how users are.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QrySubDataReq {
    #[prost(int32, optional, tag = "1")]
    pub(crate) kind: Option<i32>,
    #[prost(message, repeated, tag = "2")]
    pub(crate) users: Vec<WatchedUser>,
}

/// How they are.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullSubDataResp {
    #[prost(message, repeated, tag = "1")]
    pub(crate) list: Vec<SubDataDetail>,
    #[prost(int64, optional, tag = "2")]
    pub(crate) version: Option<i64>,
    #[prost(bool, optional, tag = "3")]
    pub(crate) has_next: Option<bool>,
    #[prost(bool, optional, tag = "5")]
    pub(crate) is_full: Option<bool>,
}

/// How one is.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SubDataDetail {
    #[prost(string, optional, tag = "2")]
    pub(crate) user_id: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub(crate) data: Vec<SubData>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) kind: Option<i32>,
}

/// On one platform.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SubData {
    #[prost(int32, optional, tag = "1")]
    pub(crate) platform: Option<i32>,
    #[prost(int32, optional, tag = "2")]
    pub(crate) value: Option<i32>,
    #[prost(int64, optional, tag = "3")]
    pub(crate) version: Option<i64>,
}
