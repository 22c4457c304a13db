//! Credentials of apps and back ends.

use crate::id::AppKeyId;
use crate::sending::rate::OwnRate;
use crate::time::Millis;

/// Which of the two HTTP dialects a key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// An app that calls with its user's token.
    Fresns,
    /// A back end that signs with its secret.
    RongCloud,
}

impl Dialect {
    /// The name in the database, on the command line and in logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresns => "fresns",
            Self::RongCloud => "rongcloud",
        }
    }

    /// The dialect of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Fresns, Self::RongCloud].into_iter().find(|dialect| dialect.name() == name)
    }
}

/// A secret; it never shows in debug output or logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself. Ask only to sign, to verify or to store it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// A credential: id and secret for one dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppKey {
    /// Internal number.
    pub id: AppKeyId,
    /// The public id: Fresns `appId`, RongCloud `App-Key`.
    pub app_id: String,
    /// What it opens.
    pub dialect: Dialect,
    /// Its platform, 1 to 13 (Fresns only; 0 for RongCloud).
    pub platform: i64,
    /// 1 for the main API (docs/wire/fresns.md#key-type); other types may not call it.
    pub kind: i64,
    /// Its secret.
    pub secret: Secret,
    /// The secret before the last rotation, and until when it still works.
    pub former: Option<(Secret, Millis)>,
    /// Whether it may be used.
    pub is_enabled: bool,
    /// Whether old time stamps and repeated nonces are refused (docs/design.md#strict).
    pub is_strict: bool,
    /// What the operator noted about it.
    pub name: String,
    /// How often one user may send through it in any minute, 0 for any number; `None`: as often as the site says.
    pub sends_per_minute: Option<u32>,
}

/// The type of key that may call the main API.
pub const MAIN_API: i64 = 1;

impl AppKey {
    /// The rate of its own, if it has one.
    #[must_use]
    pub fn own_rate(&self) -> Option<OwnRate> {
        self.sends_per_minute.map(|sends_per_minute| OwnRate { key: self.id, sends_per_minute })
    }

    /// The secrets that work at that moment: the present one and, while a rotation lasts, the former one.
    pub fn live_secrets(&self, now: Millis) -> impl Iterator<Item = &Secret> {
        let former = self.former.as_ref().filter(move |(_, until)| now <= *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(former)
    }
}

/// How far a time stamp may be off, in both directions: five minutes (docs/wire/fresns.md#time-stamps).
pub const MAX_CLOCK_SKEW_MS: i64 = 300_000;

/// Reads a signing time in seconds or milliseconds. A Fresns stamp of ten digits is in seconds, any other length in
/// milliseconds (docs/wire/fresns.md#time-stamps); RongCloud's clients differ, so there the size of the number
/// decides (docs/wire/rongcloud.md#time-stamps).
#[must_use]
pub fn signing_time(dialect: Dialect, text: &str) -> Option<Millis> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match dialect {
        Dialect::Fresns if text.len() == 10 => number.checked_mul(1000).map(Millis),
        Dialect::Fresns => Some(Millis(number)),
        Dialect::RongCloud => Millis::of_stamp(number),
    }
}

/// Whether a signing time is within five minutes of now, before or after.
#[must_use]
pub fn is_fresh(signed_at: Millis, now: Millis) -> bool {
    now.since(signed_at).saturating_abs() <= MAX_CLOCK_SKEW_MS
}

/// How far the time stamp of a Fresns client since 2.2 may be off, in both directions: ten minutes.
pub const LATER_CLOCK_SKEW_MS: i64 = 600_000;

/// When a Fresns client since 2.2 signed, on the true clock; `None` if its stamp is too far off.
///
/// The servers of that time read their own UTC clock as if it were in the zone of the site, and many clients send what fits
/// them: a time that is earlier by exactly the offset of the zone (`zone` minutes ahead of UTC). That is taken, the true time
/// is taken, and nothing between.
#[must_use]
pub fn later_signing_time(stamp: Millis, zone: i32, now: Millis) -> Option<Millis> {
    let shifted = stamp.0.checked_add(i64::from(zone) * 60_000).map(Millis);
    let is_near = |at: &Millis| now.since(*at).saturating_abs() <= LATER_CLOCK_SKEW_MS;
    Some(stamp).filter(is_near).or_else(|| shifted.filter(is_near))
}

/// When a Fresns client of 3.x signed; `None` if its stamp is none or too far off. It has the true time in seconds (ten digits)
/// or milliseconds (thirteen), and ten minutes as well (docs/wire/fresns3.md#headers).
#[must_use]
pub fn third_signing_time(text: &str, now: Millis) -> Option<Millis> {
    let stamp = signing_time(Dialect::Fresns, text).filter(|_| matches!(text.len(), 10 | 13))?;
    Some(stamp).filter(|stamp| now.since(*stamp).saturating_abs() <= LATER_CLOCK_SKEW_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_of_3_x_sends_the_true_time_in_seconds_or_milliseconds() {
        let now = Millis(1_668_061_200_000);
        for (text, at) in [
            ("1668061200", Some(0)),
            ("1668061800", Some(600_000)),
            ("1668061801", None),
            ("1668061200000", Some(0)),
            ("1668060600000", Some(-600_000)),
            ("1668060599999", None),
            ("1668032400", None),
            ("16680612000", None),
            ("166806120000", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(third_signing_time(text, now), at.map(|at| now.plus(at)), "{text}");
        }
    }

    #[test]
    fn a_secret_never_shows_in_debug_output() {
        assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
    }

    #[test]
    fn both_secrets_work_while_one_is_rotated_and_then_only_the_new_one() {
        let key = AppKey {
            id: AppKeyId(1),
            app_id: "k".into(),
            dialect: Dialect::RongCloud,
            platform: 0,
            kind: MAIN_API,
            secret: Secret::new("new"),
            former: Some((Secret::new("old"), Millis(10))),
            is_enabled: true,
            is_strict: false,
            name: String::new(),
            sends_per_minute: None,
        };
        let live = |now| key.live_secrets(Millis(now)).map(Secret::reveal).collect::<Vec<_>>();
        assert_eq!(live(10), ["new", "old"]);
        assert_eq!(live(11), ["new"]);
    }

    #[test]
    fn ten_digits_are_seconds_and_any_other_length_milliseconds() {
        assert_eq!(signing_time(Dialect::Fresns, "1668061200"), Some(Millis(1_668_061_200_000)));
        assert_eq!(signing_time(Dialect::Fresns, "1668061200123"), Some(Millis(1_668_061_200_123)));
        assert_eq!(signing_time(Dialect::Fresns, "16680612001"), Some(Millis(16_680_612_001)));
        for text in ["", "-1668061200", "1668061200.5", "soon", "99999999999999999999"] {
            assert_eq!(signing_time(Dialect::Fresns, text), None, "{text}");
        }
    }

    #[test]
    fn rongcloud_stamps_are_seconds_or_milliseconds_by_size() {
        assert_eq!(signing_time(Dialect::RongCloud, "1732233600"), Some(Millis(1_732_233_600_000)));
        assert_eq!(signing_time(Dialect::RongCloud, "1732233600000"), Some(Millis(1_732_233_600_000)));
    }

    #[test]
    fn a_stamp_five_minutes_off_is_fresh_and_one_more_millisecond_is_not_either_way() {
        let now = Millis(10_000_000);
        for direction in [-1, 1] {
            assert!(is_fresh(now.plus(direction * 300_000), now));
            assert!(!is_fresh(now.plus(direction * 300_001), now));
        }
        assert!(!is_fresh(Millis(i64::MAX), now));
    }

    #[test]
    fn a_later_client_sends_the_true_time_or_that_of_the_zone_and_nothing_between() {
        const HOUR: i64 = 3_600_000;
        let now = Millis(1_668_061_200_000);
        for (zone, off, at) in [
            (480, 0, Some(0)),
            (480, 600_000, Some(600_000)),
            (480, 600_001, None),
            (480, -8 * HOUR, Some(0)),
            (480, -8 * HOUR - 600_000, Some(-600_000)),
            (480, -8 * HOUR + 600_001, None),
            (480, 8 * HOUR, None),
            (480, -4 * HOUR, None),
            (-210, 210 * 60_000, Some(0)),
            (-210, -210 * 60_000, None),
            (0, -8 * HOUR, None),
        ] {
            let found = later_signing_time(now.plus(off), zone, now);
            assert_eq!(found, at.map(|at| now.plus(at)), "{zone} {off}");
        }
        assert_eq!(later_signing_time(Millis(i64::MAX), 480, now), None);
    }
}
