//! How times are written for a caller (docs/wire/fresns.md#times).

use chrono::{DateTime, Datelike, FixedOffset, Offset, Timelike, Utc};
use sixin_domain::site::settings::{Ago, Settings, offset_minutes};
use sixin_domain::time::Millis;

/// The format of dates when the site has no language at all.
const FALLBACK_DATE: &str = "Y-m-d";
/// The letters of PHP's date format that stand for a part of the date.
const LETTERS: &str = "YymndjDMlFNSwzWtLo";

/// A caller's time zone and format of dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TimeFormat {
    offset: FixedOffset,
    date: String,
    ago: Option<Ago>,
}

impl TimeFormat {
    /// The zone of the header, else the user's own, else the site's; the format of the header's language, else that of
    /// the site's.
    pub(crate) fn of(
        settings: &Settings,
        lang_tag: Option<&str>,
        timezone: Option<&str>,
        user_timezone: Option<&str>,
    ) -> Self {
        let zones = [timezone, user_timezone];
        let minutes = zones.into_iter().flatten().find_map(offset_minutes).unwrap_or_else(|| settings.zone());
        let language =
            lang_tag.and_then(|tag| settings.language(tag)).or_else(|| settings.default_language());
        let date = language.map_or(FALLBACK_DATE, |language| &language.date_format);
        Self { ago: language.map(|language| language.ago.clone()), ..Self::new(minutes, date) }
    }

    fn new(minutes: i32, date: &str) -> Self {
        let offset = FixedOffset::east_opt(minutes * 60).unwrap_or_else(|| Utc.fix());
        Self { offset, date: date.to_owned(), ago: None }
    }

    fn local(&self, at: Millis) -> DateTime<FixedOffset> {
        DateTime::from_timestamp_millis(at.0).unwrap_or_default().with_timezone(&self.offset)
    }

    /// Only the date, in the language's format.
    pub(crate) fn date(&self, at: Millis) -> String {
        written(&self.local(at), &self.date)
    }

    /// Date and time to the second.
    pub(crate) fn date_time(&self, at: Millis) -> String {
        let local = self.local(at);
        format!("{} {}:{:02}", written(&local, &self.date), hour_minute(&local), local.second())
    }

    /// How long ago that was; empty on a site without a language.
    pub(crate) fn ago(&self, at: Millis, now: Millis) -> String {
        const MINUTE: i64 = 60_000;
        const DAY: i64 = 1440 * MINUTE;
        let Some(Ago { minutes, hours, days, months, years }) = &self.ago else { return String::new() };
        let past = now.since(at).max(0);
        let (unit, format) = match past {
            past if past < 60 * MINUTE => (MINUTE, minutes),
            past if past < DAY => (60 * MINUTE, hours),
            past if past < 30 * DAY => (DAY, days),
            past if past < 365 * DAY => (30 * DAY, months),
            _ => (365 * DAY, years),
        };
        format.replace("{n}", &(past / unit).max(1).to_string())
    }

    /// What a list shows: the time of today, the day of this year, else the whole date.
    pub(crate) fn brief(&self, at: Millis, now: Millis) -> String {
        let (local, today) = (self.local(at), self.local(now));
        let time = hour_minute(&local);
        if local.date_naive() == today.date_naive() {
            time
        } else if local.year() == today.year() {
            format!("{} {time}", written(&local, &without_year(&self.date)))
        } else {
            format!("{} {time}", written(&local, &self.date))
        }
    }
}

fn hour_minute(at: &DateTime<FixedOffset>) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// A date by PHP's letters `Y y m n d j M F D l`; `\` keeps the next letter, anything else stands for itself.
fn written(at: &DateTime<FixedOffset>, format: &str) -> String {
    let mut text = String::new();
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            'Y' => text.push_str(&format!("{:04}", at.year())),
            'y' => text.push_str(&format!("{:02}", at.year().rem_euclid(100))),
            'm' => text.push_str(&format!("{:02}", at.month())),
            'n' => text.push_str(&at.month().to_string()),
            'd' => text.push_str(&format!("{:02}", at.day())),
            'j' => text.push_str(&at.day().to_string()),
            'M' => text.push_str(&at.format("%b").to_string()),
            'F' => text.push_str(&at.format("%B").to_string()),
            'D' => text.push_str(&at.format("%a").to_string()),
            'l' => text.push_str(&at.format("%A").to_string()),
            '\\' => text.extend(letters.next()),
            other => text.push(other),
        }
    }
    text
}

/// The format without its year and what separated it: `Y-m-d` gives `m-d`, `m/d/Y` gives `m/d`, `Y年m月d日` gives
/// `m月d日`.
fn without_year(format: &str) -> String {
    let Some(at) = format.find(['Y', 'y']) else { return format.to_owned() };
    let (before, after) = format.split_at(at);
    let after = after.get(1..).unwrap_or_default();
    if before.contains(|letter| LETTERS.contains(letter)) {
        let kept = before.trim_end_matches(|letter| !LETTERS.contains(letter));
        format!("{kept}{after}")
    } else {
        after.trim_start_matches(|letter| !LETTERS.contains(letter)).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// 2022-11-10 14:20:00 in +8.
    const AT: Millis = Millis(1_668_061_200_000);
    const DAY: i64 = 86_400_000;

    #[test]
    fn date_and_time_follow_the_language() {
        assert_eq!(TimeFormat::new(480, "Y-m-d").date_time(AT), "2022-11-10 14:20:00");
        assert_eq!(TimeFormat::new(480, "m/d/Y").date_time(AT), "11/10/2022 14:20:00");
        assert_eq!(TimeFormat::new(480, "j. F y \\Y").date(AT), "10. November 22 Y");
    }

    #[test]
    fn the_brief_form_depends_on_how_long_ago_it_is() {
        for (format, year, no_year) in [
            ("Y-m-d", "2022-11-10", "11-10"),
            ("m/d/Y", "11/10/2022", "11/10"),
            ("Y年n月j日", "2022年11月10日", "11月10日"),
        ] {
            let format = TimeFormat::new(480, format);
            assert_eq!(format.brief(AT, AT), "14:20");
            assert_eq!(format.brief(AT, AT.plus(DAY)), format!("{no_year} 14:20"));
            assert_eq!(format.brief(AT, AT.plus(60 * DAY)), format!("{year} 14:20"));
        }
    }

    #[test]
    fn how_long_ago_something_was_is_told_in_the_largest_unit() {
        let settings = Settings::new(BTreeMap::new());
        let format = |tag| TimeFormat::of(&settings, Some(tag), None, None);
        for (past, english, chinese) in [
            (-5, "1 min ago", "1 分钟前"),
            (59_999, "1 min ago", "1 分钟前"),
            (3_599_999, "59 min ago", "59 分钟前"),
            (3_600_000, "1 h ago", "1 小时前"),
            (DAY - 1, "23 h ago", "23 小时前"),
            (29 * DAY, "29 d ago", "29 天前"),
            (364 * DAY, "12 mo ago", "12 个月前"),
            (800 * DAY, "2 y ago", "2 年前"),
        ] {
            assert_eq!(format("en").ago(AT, AT.plus(past)), english);
            assert_eq!(format("zh-Hans-CN").ago(AT, AT.plus(past)), chinese);
        }
    }

    #[test]
    fn the_day_changes_at_midnight_of_the_callers_zone() {
        let late = Millis(1_668_095_940_000); // 2022-11-10 23:59 in +8
        assert_eq!(TimeFormat::new(480, "Y-m-d").brief(late, late.plus(60_000)), "11-10 23:59");
        assert_eq!(TimeFormat::new(0, "Y-m-d").brief(late, late.plus(60_000)), "15:59");
        assert_eq!(TimeFormat::new(345, "Y-m-d").date_time(AT), "2022-11-10 12:05:00");
    }

    #[test]
    fn the_header_comes_before_the_user_and_the_user_before_the_site() {
        let settings = Settings::new(BTreeMap::new());
        let zone = |header, user| TimeFormat::of(&settings, None, header, user).offset.local_minus_utc() / 60;
        assert_eq!(zone(Some("-3.5"), Some("+1")), -210);
        assert_eq!(zone(None, Some("+1")), 60);
        assert_eq!(zone(None, None), 480);
        let date = |tag| TimeFormat::of(&settings, tag, None, None).date;
        assert_eq!(date(Some("EN")), "m/d/Y");
        assert_eq!(date(Some("fr")), "Y-m-d");
    }

    proptest! {
        #[test]
        fn no_time_and_no_format_make_it_panic(at in any::<i64>(), now in any::<i64>(), format in "\\PC{0,12}") {
            let format = TimeFormat::new(480, &format);
            let _ = (format.date(Millis(at)), format.date_time(Millis(at)), format.brief(Millis(at), Millis(now)));
        }

        #[test]
        fn a_date_is_ten_characters_and_a_time_eight(at in 0i64..4_102_444_800_000, quarters in -48i32..=56) {
            let text = TimeFormat::new(quarters * 15, "Y-m-d").date_time(Millis(at));
            prop_assert_eq!(text.len(), 19);
            prop_assert!(chrono::NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").is_ok());
        }
    }
}
