//! When the devices of a user stay silent, and for which conversations (docs/wire/rongcloud.md#push-preferences).

use thiserror::Error;

use crate::time::Millis;

const DAY_SECONDS: i64 = 86_400;
/// A whole day but a minute: a period never meets itself.
const MOST_MINUTES: i64 = 1439;
/// Private conversations and mentions still notify.
const USUAL_LEVEL: i64 = 1;
/// Nothing notifies.
const SILENT_LEVEL: i64 = 5;

/// Every day from one time on, for so many minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushPeriod {
    start_second: i64,
    minutes: i64,
    level: i64,
}

/// Why a text and two numbers are no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PushPeriodError {
    /// The start is no time of a day.
    #[error("startTime must be a time of day, HH:mm:ss")]
    Start,
    /// The length is out of range.
    #[error("period must be between 1 and {MOST_MINUTES} minutes")]
    Minutes,
    /// There is no such level.
    #[error("level must be {USUAL_LEVEL} or {SILENT_LEVEL}")]
    Level,
}

impl PushPeriod {
    /// A period from its parts; without a level it is 1. So it is with level 0, which clients send that can't leave a
    /// number out (Java).
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn new(start: &str, minutes: i64, level: Option<i64>) -> Result<Self, PushPeriodError> {
        let start_second = second_of_day(start).ok_or(PushPeriodError::Start)?;
        Self::of_numbers(start_second, minutes, level.filter(|level| *level != 0).unwrap_or(USUAL_LEVEL))
    }

    /// A period from the numbers it is stored as.
    ///
    /// # Errors
    /// The first number that does not fit.
    pub fn of_numbers(start_second: i64, minutes: i64, level: i64) -> Result<Self, PushPeriodError> {
        if !(0..DAY_SECONDS).contains(&start_second) {
            return Err(PushPeriodError::Start);
        }
        if !(1..=MOST_MINUTES).contains(&minutes) {
            return Err(PushPeriodError::Minutes);
        }
        if level != USUAL_LEVEL && level != SILENT_LEVEL {
            return Err(PushPeriodError::Level);
        }
        Ok(Self { start_second, minutes, level })
    }

    /// When it begins, `HH:mm:ss`.
    #[must_use]
    pub fn start(&self) -> String {
        let second = self.start_second;
        format!("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
    }

    /// The same in seconds after midnight.
    #[must_use]
    pub fn start_second(&self) -> i64 {
        self.start_second
    }

    /// How long it is.
    #[must_use]
    pub fn minutes(&self) -> i64 {
        self.minutes
    }

    /// 1: private conversations and mentions still notify; 5: nothing does.
    #[must_use]
    pub fn level(&self) -> i64 {
        self.level
    }

    /// Whether a message of a private conversation stays silent at that moment, where clocks are so many minutes ahead of UTC. It begins
    /// with its first second and ends before the last, also where midnight is in between.
    #[must_use]
    pub fn silences(&self, now: Millis, zone_minutes: i32) -> bool {
        let second = now.0.div_euclid(1000).saturating_add(i64::from(zone_minutes) * 60);
        let since_start = (second.rem_euclid(DAY_SECONDS) - self.start_second).rem_euclid(DAY_SECONDS);
        self.level == SILENT_LEVEL && since_start < self.minutes * 60
    }
}

/// The second of the day that `HH:mm:ss` names.
fn second_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let mut part = |most: i64| {
        let digits =
            parts.next().filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))?;
        digits.parse::<i64>().ok().filter(|number| *number <= most)
    };
    let (hour, minute, second) = (part(23)?, part(59)?, part(59)?);
    parts.next().is_none().then_some(hour * 3600 + minute * 60 + second)
}

/// What of a conversation notifies (`unpushLevel`, docs/wire/rongcloud.md#notification-level).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NotificationLevel(i64);

impl NotificationLevel {
    /// The level with that number: -1 everything, 0 unset, 1 mentions, 2 mentions of the user, 4 mentions of all,
    /// 5 nothing. `None`: there is no such level.
    #[must_use]
    pub fn new(number: i64) -> Option<Self> {
        matches!(number, -1 | 0 | 1 | 2 | 4 | 5).then_some(Self(number))
    }

    /// What older clients say with one switch.
    #[must_use]
    pub fn of_switch(is_muted: bool) -> Self {
        Self(if is_muted { SILENT_LEVEL } else { 0 })
    }

    /// What a switch and a level say together: the level, unless it is 0 beside a switch that is on. Java's clients send
    /// that 0 because they can't leave a number out.
    #[must_use]
    pub fn of_both(is_muted: bool, level: Self) -> Self {
        if is_muted && level == Self::default() { Self::of_switch(true) } else { level }
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0
    }

    /// Whether ordinary messages of two users stay silent: nobody is mentioned in them.
    #[must_use]
    pub fn is_muted(self) -> bool {
        self.0 > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_period_begins_at_a_time_of_day_and_is_shorter_than_a_day() {
        let period = PushPeriod::new("22:05:09", 480, None).unwrap();
        assert_eq!((period.start().as_str(), period.minutes(), period.level()), ("22:05:09", 480, 1));
        assert!(PushPeriod::new("00:00:00", 1, Some(5)).is_ok());
        assert!(PushPeriod::new("23:59:59", 1439, Some(1)).is_ok());
        for start in [
            "",
            "22",
            "22:00",
            "24:00:00",
            "22:60:00",
            "22:00:60",
            "2:00:00",
            "22:00:00:00",
            "aa:00:00",
            "+1:00:00",
        ] {
            assert_eq!(PushPeriod::new(start, 1, None), Err(PushPeriodError::Start), "{start}");
        }
        for minutes in [i64::MIN, -1, 0, 1440] {
            assert_eq!(PushPeriod::new("00:00:00", minutes, None), Err(PushPeriodError::Minutes));
        }
        assert_eq!(PushPeriod::new("00:00:00", 1, Some(0)).unwrap().level(), 1);
        for level in [-1, 2, 4, 6] {
            assert_eq!(PushPeriod::new("00:00:00", 1, Some(level)), Err(PushPeriodError::Level));
        }
    }

    #[test]
    fn there_are_six_levels_and_those_above_0_are_silent() {
        let muted: Vec<_> = (-3..=7)
            .filter_map(NotificationLevel::new)
            .map(|level| (level.number(), level.is_muted()))
            .collect();
        assert_eq!(muted, [(-1, false), (0, false), (1, true), (2, true), (4, true), (5, true)]);
        assert!(NotificationLevel::of_switch(true).is_muted());
        assert_eq!(NotificationLevel::of_switch(false), NotificationLevel::default());
    }

    #[test]
    fn a_switch_that_is_on_stands_beside_a_level_that_was_not_given() {
        for (is_muted, level, number) in
            [(true, 0, 5), (true, -1, -1), (true, 1, 1), (false, 0, 0), (false, 5, 5)]
        {
            let both = NotificationLevel::of_both(is_muted, NotificationLevel::new(level).unwrap());
            assert_eq!(both.number(), number, "{is_muted} {level}");
        }
    }

    /// A moment of a day at which it is so late in UTC.
    fn at(hour: i64, minute: i64, second: i64) -> Millis {
        Millis(1_795_305_600_000 + ((hour * 60 + minute) * 60 + second) * 1000)
    }

    #[test]
    fn a_period_goes_on_across_midnight_in_the_zone_of_its_user() {
        let night = PushPeriod::new("22:00:00", 480, Some(5)).unwrap();
        for (now, zone, is_silent) in [
            (at(22, 0, 0), 0, true),
            (at(21, 59, 59), 0, false),
            (at(0, 0, 0), 0, true),
            (at(5, 59, 59), 0, true),
            (at(6, 0, 0), 0, false),
            // In Shanghai it is eight hours later, in Newfoundland three and a half earlier.
            (at(14, 0, 0), 480, true),
            (at(22, 0, 0), 480, false),
            (at(1, 30, 0), -210, true),
            (at(1, 29, 59), -210, false),
        ] {
            assert_eq!(night.silences(now, zone), is_silent, "{now:?} {zone}");
        }
        let usual = PushPeriod::new("22:00:00", 480, Some(1)).unwrap();
        assert!(!usual.silences(at(23, 0, 0), 0), "level 1 lets private conversations through");
    }

    proptest! {
        #[test]
        fn a_period_is_silent_for_as_long_as_it_is_each_day(start in 0i64..86_400, minutes in 1i64..=1439, zone in -720i32..=840, day in 0i64..20_000) {
            let period = PushPeriod::of_numbers(start, minutes, 5).unwrap();
            let silent = |minute: i64| period.silences(Millis(day * 86_400_000 + (minute * 60 + start % 60) * 1000), zone);
            prop_assert_eq!(i64::try_from((0..1440).filter(|minute| silent(*minute)).count()).unwrap(), minutes);
        }

        #[test]
        fn a_start_is_written_as_it_was_read(second in 0i64..86_400) {
            let period = PushPeriod::of_numbers(second, 1, 1).unwrap();
            prop_assert_eq!(PushPeriod::new(&period.start(), 1, None), Ok(period));
        }

        #[test]
        fn no_text_makes_a_period_panic(text in "\\PC{0,12}", minutes: i64, level: i64) {
            let _ = PushPeriod::new(&text, minutes, Some(level));
        }
    }
}
