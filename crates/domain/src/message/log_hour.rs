//! The hours of which back ends get a log of all messages (docs/wire/rongcloud.md#hourly-log).

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};

use crate::id::first_id_at;
use crate::time::Millis;

const HOUR_MS: i64 = 60 * 60 * 1000;
/// For how long after its hour a log can be had (docs/wire/rongcloud.md#hourly-log).
const KEPT_MS: i64 = 3 * 24 * HOUR_MS;
/// How long after an hour the last of its messages is stored, with the time-outs as they are by default: an id is made
/// before its message is stored.
const SETTLED_MS: i64 = 60 * 1000;

/// A full hour of the site's clock. A message is of the hour in which its id was made, so each is of exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogHour {
    start: Millis,
    zone: i32,
}

impl LogHour {
    /// Reads `yyyyMMddHH`, exactly ten digits, by a clock that is `zone` minutes ahead of UTC; `None` if there is no such
    /// hour.
    #[must_use]
    pub fn parse(date: &str, zone: i32) -> Option<Self> {
        if date.len() != 10 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let day = NaiveDate::from_ymd_opt(
            date.get(..4)?.parse().ok()?,
            date.get(4..6)?.parse().ok()?,
            date.get(6..8)?.parse().ok()?,
        )?;
        let local = day.and_hms_opt(date.get(8..)?.parse().ok()?, 0, 0)?.and_utc();
        Some(Self { start: Millis(local.timestamp_millis()).plus(-zone_ms(zone)), zone })
    }

    /// When it begins.
    #[must_use]
    pub fn start(self) -> Millis {
        self.start
    }

    fn end(self) -> Millis {
        self.start.plus(HOUR_MS)
    }

    /// The ids of its messages.
    #[must_use]
    pub fn ids(self) -> Range<i64> {
        first_id_at(self.start)..first_id_at(self.end())
    }

    /// Whether its log can be had: the hour is over, and not for too long.
    #[must_use]
    pub fn is_kept(self, now: Millis) -> bool {
        (SETTLED_MS..KEPT_MS).contains(&now.since(self.end()))
    }

    /// An hour that begins then or before has no log any more at `now`.
    #[must_use]
    pub fn oldest_kept(now: Millis) -> Millis {
        now.plus(-KEPT_MS - HOUR_MS)
    }

    /// What the file inside the log is called: `yyyy-MM-dd-HH`.
    #[must_use]
    pub fn file_name(self) -> String {
        self.local().format("%Y-%m-%d-%H").to_string()
    }

    fn local(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.start.plus(zone_ms(self.zone)).0).unwrap_or_default()
    }
}

fn zone_ms(minutes: i32) -> i64 {
    i64::from(minutes) * 60_000
}

/// As it was parsed.
impl fmt::Display for LogHour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.local().format("%Y%m%d%H").fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{ID_EPOCH, IdSequence};
    use proptest::prelude::*;

    const BEIJING: i32 = 480;

    fn hour(date: &str) -> LogHour {
        LogHour::parse(date, BEIJING).unwrap()
    }

    #[test]
    fn an_hour_is_ten_digits_of_a_day_and_hour_that_exist() {
        for date in [
            "",
            "201802271",
            "20180227100",
            "9999999999",
            "2026112524",
            "2026023010",
            "2026000110",
            "2026010010",
            "2026130110",
            "2025022910",
            "+201802271",
            "2018 22710",
            "２０２６",
        ] {
            assert_eq!(LogHour::parse(date, BEIJING), None, "{date}");
        }
        assert!(LogHour::parse("2024022923", BEIJING).is_some());
    }

    #[test]
    fn it_begins_by_the_clock_of_the_site() {
        // 2022-11-10 14:00 in +8.
        assert_eq!(hour("2022111014").start(), Millis(1_668_060_000_000));
        let nepal = LogHour::parse("2022111014", 345).unwrap();
        assert_eq!(nepal.start(), Millis(1_668_060_000_000 + 135 * 60_000));
        assert_eq!((nepal.to_string().as_str(), nepal.file_name().as_str()), ("2022111014", "2022-11-10-14"));
    }

    #[test]
    fn its_log_can_be_had_from_a_minute_after_it_until_three_days_after_it() {
        let hour = hour("2022111014");
        let end = Millis(1_668_063_600_000);
        for (after, kept) in [
            (-HOUR_MS, false),
            (0, false),
            (SETTLED_MS - 1, false),
            (SETTLED_MS, true),
            (KEPT_MS - 1, true),
            (KEPT_MS, false),
        ] {
            let now = end.plus(after);
            assert_eq!(hour.is_kept(now), kept, "{after}");
            assert!(!kept || hour.start() > LogHour::oldest_kept(now), "{after}");
        }
        assert!(hour.start() <= LogHour::oldest_kept(end.plus(KEPT_MS)));
    }

    proptest! {
        #[test]
        fn every_message_is_of_exactly_one_hour(at in 0i64..4_000_000_000_000, zone in -48i32..=56, process in 0i64..32) {
            let zone = zone * 15;
            let at = ID_EPOCH.plus(at % (1 << 40));
            let id = IdSequence::new(process, at).take(at, Millis(i64::MAX), 1).unwrap()[0];
            let local = DateTime::from_timestamp_millis(at.0 + zone_ms(zone)).unwrap();
            let hour = LogHour::parse(&local.format("%Y%m%d%H").to_string(), zone).unwrap();
            prop_assert!(hour.ids().contains(&id));
            let next = LogHour { start: hour.end(), zone };
            prop_assert_eq!(hour.ids().end, next.ids().start);
        }

        #[test]
        fn no_text_makes_it_panic_and_what_is_taken_is_given_back(date in "\\PC{0,12}|[0-9]{10}", zone in -48i32..=56) {
            if let Some(hour) = LogHour::parse(&date, zone * 15) {
                prop_assert_eq!(hour.to_string(), date);
                prop_assert!(hour.ids().start <= hour.ids().end);
            }
        }
    }
}
