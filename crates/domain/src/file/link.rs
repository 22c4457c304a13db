//! Links to files: signed, and good for a time.

use crate::file::FileKind;
use crate::file::media::ThumbnailSize;
use crate::site::settings::Settings;
use crate::time::Millis;

/// How long links work if the setting says nothing usable, in minutes (docs/wire/fresns.md#link-lifetime).
const USUAL_MINUTES: i64 = 10;
/// Links made within this time are the same, so that a client that lists twice loads a picture once.
const STEP_MS: i64 = 5 * 60 * 1000;

/// When links end that do not: with the year 9999, in seconds since 1970.
const NEVER: i64 = 253_402_300_799;

/// A link that works until a time for whoever has it.
pub trait ExpiringLink {
    /// When it ends, in seconds since 1970.
    fn expires(&self) -> i64;

    /// What its signature covers: everything it says, and nothing another kind of link could say.
    fn signed_text(&self) -> String;

    /// Milliseconds until it ends; `None` if it has ended.
    fn left(&self, now: Millis) -> Option<i64> {
        let left = Millis(self.expires().saturating_mul(1000)).since(now);
        (left > 0).then_some(left)
    }
}

/// When a link ends that is made `now`, in seconds since 1970: after that many minutes, and at most five more.
pub(crate) fn end(minutes: Option<i64>, now: Millis) -> i64 {
    let minutes = minutes.filter(|minutes| (1..=525_600).contains(minutes)).unwrap_or(USUAL_MINUTES);
    let step = now.0.div_euclid(STEP_MS) + 1;
    Millis(step.saturating_mul(STEP_MS)).plus(minutes * 60_000).0.div_euclid(1000)
}

/// A link to a file in one of its sizes. Whoever has it may read the file until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLink {
    /// Public id of the file.
    pub fid: String,
    /// The size; `None` for the file as it was uploaded.
    pub size: Option<ThumbnailSize>,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

impl FileLink {
    /// A link that works from `now` on for at least as long as the settings say, and at most five minutes longer.
    #[must_use]
    pub fn new(
        fid: &str,
        kind: FileKind,
        size: Option<ThumbnailSize>,
        settings: &Settings,
        now: Millis,
    ) -> Self {
        let expires = end(settings.number(&format!("{}_url_expire", kind.name())), now);
        Self { fid: fid.to_owned(), size, expires }
    }

    /// A link that works as long as the file is there: one that stands in the content of a message.
    #[must_use]
    pub fn lasting(fid: String) -> Self {
        Self { fid, size: None, expires: NEVER }
    }
}

impl ExpiringLink for FileLink {
    fn expires(&self) -> i64 {
        self.expires
    }

    fn signed_text(&self) -> String {
        format!("{}\n{}\n{}", self.fid, self.size.map_or("", ThumbnailSize::name), self.expires)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn link(now: i64, minutes: &str) -> FileLink {
        let rows = BTreeMap::from([("image_url_expire".to_owned(), minutes.to_owned())]);
        FileLink::new("fid", FileKind::Image, None, &Settings::new(rows), Millis(now))
    }

    #[test]
    fn a_link_works_as_long_as_the_setting_says_and_at_most_five_minutes_longer() {
        for (now, minutes, expected) in [(0, "3", 3), (1, "3", 3), (1, "", 10), (1, "-5", 10), (1, "x", 10)] {
            let link = link(now, minutes);
            let over = link.left(Millis(now)).unwrap() - expected * 60_000;
            assert!((0..=STEP_MS).contains(&over), "{now} {minutes:?}: {over}");
            assert_eq!(link.left(Millis(link.expires * 1000)), None);
            assert_eq!(link.left(Millis(link.expires * 1000 - 1)), Some(1));
        }
    }

    #[test]
    fn a_lasting_link_works_in_a_hundred_years() {
        let link = FileLink::lasting("fid".into());
        assert!(link.left(Millis(4_900_000_000_000)).is_some());
    }

    #[test]
    fn links_made_soon_after_each_other_are_the_same() {
        assert_eq!(link(STEP_MS, "3"), link(2 * STEP_MS - 1, "3"));
        assert_ne!(link(STEP_MS, "3"), link(2 * STEP_MS, "3"));
    }

    #[test]
    fn everything_that_a_link_says_is_signed() {
        let plain = link(0, "3");
        let small = FileLink { size: Some(ThumbnailSize::Avatar), ..plain.clone() };
        let later = FileLink { expires: plain.expires + 1, ..plain.clone() };
        let other = FileLink { fid: "fie".into(), ..plain.clone() };
        for changed in [small, later, other] {
            assert_ne!(changed.signed_text(), plain.signed_text());
        }
    }
}
