//! Settings and quiet hours.

use super::conversations::SessionTagItem;

/// Pulls settings.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSettingInput {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
}

/// Those that have changed.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSettingOutput {
    #[prost(message, repeated, tag = "1")]
    pub(crate) items: Vec<UserSettingItem>,
    #[prost(int64, required, tag = "2")]
    pub(crate) version: i64,
}

/// One of them.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserSettingItem {
    #[prost(string, required, tag = "1")]
    pub(crate) target_id: String,
    #[prost(int32, required, tag = "2")]
    pub(crate) channel: i32,
    #[prost(string, required, tag = "4")]
    pub(crate) key: String,
    #[prost(bytes = "vec", required, tag = "5")]
    pub(crate) value: Vec<u8>,
    #[prost(int64, required, tag = "6")]
    pub(crate) version: i64,
    #[prost(int32, required, tag = "7")]
    pub(crate) status: i32,
    #[prost(message, repeated, tag = "8")]
    pub(crate) tags: Vec<SessionTagItem>,
}

/// A setting has changed.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct UserSettingNotification {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
    #[prost(bool, required, tag = "2")]
    pub(crate) reserve: bool,
}

/// Sets quiet hours.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct AddUnpushPeriodInput {
    #[prost(string, required, tag = "1")]
    pub(crate) start_time: String,
    #[prost(int32, required, tag = "2")]
    pub(crate) span_minutes: i32,
    #[prost(int32, optional, tag = "3")]
    pub(crate) level: Option<i32>,
}

/// The quiet hours.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct QueryUnpushPeriodOutput {
    #[prost(int32, required, tag = "1")]
    pub(crate) is_unpush: i32,
    #[prost(string, optional, tag = "2")]
    pub(crate) start_time: Option<String>,
    #[prost(int32, optional, tag = "3")]
    pub(crate) span_minutes: Option<i32>,
    #[prost(int32, optional, tag = "4")]
    pub(crate) level: Option<i32>,
}
