//! Times as texts, in the site's zone (facts: rongcloud 22: Beijing's, unless it is configured).

use chrono::{DateTime, FixedOffset, Offset, Utc};
use sixin_domain::settings::{Settings, offset_minutes};
use sixin_domain::time::Millis;

/// The site's time zone.
#[derive(Debug, Clone, Copy)]
pub(super) struct LocalTimes(FixedOffset);

impl LocalTimes {
    pub(super) fn of(settings: &Settings) -> Self {
        let minutes = offset_minutes(settings.text("default_timezone")).unwrap_or(0);
        Self(FixedOffset::east_opt(minutes * 60).unwrap_or_else(|| Utc.fix()))
    }

    /// `2016-05-24 10:38:19`.
    pub(super) fn to_the_second(self, at: Millis) -> String {
        let at = DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&self.0);
        at.format("%Y-%m-%d %H:%M:%S").to_string()
    }
}
