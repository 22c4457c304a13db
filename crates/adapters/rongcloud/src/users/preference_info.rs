//! Preferences as this dialect shows them (docs/wire/rongcloud.md#push-preferences).

use serde::Serialize;
use sixin_domain::user::push_preferences::{NotificationLevel, PushPeriod};
use utoipa::ToSchema;

use crate::responses::SUCCESS;

/// When a user's devices stay silent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudPushPeriod)]
pub(crate) struct Period {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    pub(crate) code: i64,
    /// The time of each day.
    pub(crate) data: PeriodData,
}

/// A time of each day.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudPushPeriodData)]
pub(crate) struct PeriodData {
    /// When it begins, `HH:mm:ss`; empty if there is none.
    #[schema(example = "22:00:00")]
    start_time: String,
    /// How many minutes it takes; 0 if there is none.
    #[schema(minimum = 0, maximum = 1439)]
    period: i64,
    /// 1: private conversations and mentions still notify; 5: nothing does; 0 if there is none.
    #[schema(minimum = 0, maximum = 5)]
    un_push_level: i64,
    /// The same by the name that it is set with, which other clients read.
    #[schema(minimum = 0, maximum = 5)]
    level: i64,
}

impl PeriodData {
    pub(crate) fn of(period: Option<PushPeriod>) -> Self {
        Self {
            start_time: period.map(|period| period.start()).unwrap_or_default(),
            period: period.map_or(0, |period| period.minutes()),
            un_push_level: period.map_or(0, |period| period.level()),
            level: period.map_or(0, |period| period.level()),
        }
    }
}

/// What notifies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RongCloudNotificationLevel)]
pub(crate) struct Level {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    code: i64,
    /// 1 if ordinary messages stay silent.
    #[schema(minimum = 0, maximum = 1)]
    is_muted: i64,
    /// -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all, 5 nothing.
    #[schema(minimum = -1, maximum = 5)]
    unpush_level: i64,
}

impl Level {
    pub(crate) fn of(level: NotificationLevel) -> Self {
        Self { code: SUCCESS, is_muted: level.is_muted().into(), unpush_level: level.number() }
    }
}

/// What a user calls others.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudRemarks)]
pub(crate) struct RemarkListing {
    /// 200.
    #[schema(minimum = 200, maximum = 200)]
    pub(crate) code: i64,
    /// How many there are on all pages.
    #[schema(minimum = 0)]
    pub(crate) total: i64,
    /// The remarks, by the ids of those they are about.
    pub(crate) users: Vec<Remark>,
}

/// What a user calls another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RongCloudRemark)]
pub(crate) struct Remark {
    /// Who it is about.
    pub(crate) id: String,
    /// The remark.
    pub(crate) remark: String,
}
