//! Settings and quiet hours.

/// Pulls settings.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSettingInput {
    #[prost(int64, required, tag = "1")]
    pub(crate) version: i64,
}

/// None.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct PullUserSettingOutput {
    #[prost(int64, required, tag = "2")]
    pub(crate) version: i64,
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
