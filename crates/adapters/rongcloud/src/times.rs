//! Times as texts, in the site's zone (docs/wire/rongcloud.md#local-times).

use chrono::{DateTime, FixedOffset, Offset, Utc};
use sixin_domain::site::settings::Settings;
use sixin_domain::time::Millis;

use crate::api::RongCloudApi;
use crate::codes::Failure;

/// The site's time zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LocalTimes(FixedOffset);

impl LocalTimes {
    pub(crate) fn of(settings: &Settings) -> Self {
        Self(FixedOffset::east_opt(settings.zone() * 60).unwrap_or_else(|| Utc.fix()))
    }

    pub(crate) async fn of_site(api: &RongCloudApi) -> Result<Self, Failure> {
        let settings = api.settings.settings().await?;
        Ok(Self::of(&settings))
    }

    /// `2016-05-24 10:38:19`.
    pub(crate) fn to_the_second(self, at: Millis) -> String {
        self.local(at).format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2016-05-24 10:38:19.052`.
    pub(crate) fn to_the_millisecond(self, at: Millis) -> String {
        self.local(at).format("%Y-%m-%d %H:%M:%S%.3f").to_string()
    }

    fn local(self, at: Millis) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&self.0)
    }
}
