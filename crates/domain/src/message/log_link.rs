//! Links to the logs of hours: signed, and good for a time.

use crate::file::link::{ExpiringLink, end};
use crate::message::log_hour::LogHour;
use crate::site::settings::Settings;
use crate::time::Millis;

/// A link to the log of an hour. Whoever has it may read the log until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLink {
    /// The hour, `yyyyMMddHH`.
    pub date: String,
    /// Id of the app key whose back end asked for it, which the log names too.
    pub app_id: String,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

impl LogLink {
    /// A link that works from `now` on for as long as one to a document does.
    #[must_use]
    pub fn new(hour: LogHour, app_id: &str, settings: &Settings, now: Millis) -> Self {
        let expires = end(settings.number("document_url_expire"), now);
        Self { date: hour.to_string(), app_id: app_id.to_owned(), expires }
    }
}

impl ExpiringLink for LogLink {
    fn expires(&self) -> i64 {
        self.expires
    }

    /// Begins as no link to a file does, so that neither can pass for the other.
    fn signed_text(&self) -> String {
        format!("log of an hour\n{}\n{}\n{}", self.date, self.app_id, self.expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_link_says_is_signed() {
        let hour = LogHour::parse("2026112510", 480).unwrap();
        let link = LogLink::new(hour, "key", &Settings::default(), Millis(0));
        assert_eq!(link.signed_text(), format!("log of an hour\n2026112510\nkey\n{}", link.expires));
        let others = [
            LogLink { date: "2026112511".into(), ..link.clone() },
            LogLink { app_id: "other".into(), ..link.clone() },
            LogLink { expires: link.expires + 1, ..link.clone() },
        ];
        for other in others {
            assert_ne!(other.signed_text(), link.signed_text());
        }
    }

    #[test]
    fn a_link_works_as_long_as_one_to_a_document() {
        let rows = [("document_url_expire".to_owned(), "20".to_owned())].into();
        let hour = LogHour::parse("2026112510", 480).unwrap();
        let link = LogLink::new(hour, "key", &Settings::new(rows), Millis(1));
        let left = link.left(Millis(1)).unwrap();
        assert!((20 * 60_000..=25 * 60_000).contains(&left), "{left}");
        assert_eq!(link.left(Millis(link.expires * 1000)), None);
    }
}
