//! How long things are kept that belong to the site and grow with it (docs/people.md#retention).

use crate::time::Millis;

/// A day in milliseconds.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// No age is longer: a hundred years.
pub const MOST_DAYS: i64 = 36_500;
/// The audit answers for at least so long, if it does not for ever.
pub const LEAST_AUDIT_DAYS: i64 = 30;

/// What goes when it is old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aging {
    /// Messages, with all that hangs on them: what they said before, their expansions, and their files.
    Messages,
    /// What messages said before they were edited.
    Revisions,
    /// Uploads that no message names any more.
    Files,
    /// What operators and commands did.
    Audit,
}

impl Aging {
    /// All of it, in the order in which it goes: a file is not named any more once its messages are gone.
    pub const ALL: [Self; 4] = [Self::Messages, Self::Revisions, Self::Files, Self::Audit];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Revisions => "revisions",
            Self::Files => "files",
            Self::Audit => "audit",
        }
    }
}

/// How many days each is kept; 0 is for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ages {
    /// Messages.
    pub messages: i64,
    /// Revisions.
    pub revisions: i64,
    /// Files.
    pub files: i64,
    /// The audit.
    pub audit: i64,
}

impl Ages {
    /// How many days it is kept; `None` is for ever.
    #[must_use]
    pub fn days(&self, what: Aging) -> Option<i64> {
        let days = match what {
            Aging::Messages => self.messages,
            Aging::Revisions => self.revisions,
            Aging::Files => self.files,
            Aging::Audit => self.audit,
        };
        (days > 0).then_some(days.min(MOST_DAYS))
    }

    /// What is older than this goes; `None`: nothing does.
    #[must_use]
    pub fn oldest_kept(&self, what: Aging, now: Millis) -> Option<Millis> {
        self.days(what).map(|days| now.plus(-days * DAY_MS))
    }

    /// Whether anything goes at all.
    #[must_use]
    pub fn is_for_ever(&self) -> bool {
        Aging::ALL.into_iter().all(|what| self.days(what).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn nothing_goes_that_has_no_age_and_the_rest_when_its_days_are_over() {
        let ages = Ages { messages: 90, audit: 365, ..Ages::default() };
        let now = Millis(1000 * DAY_MS + 5);
        assert_eq!(ages.oldest_kept(Aging::Messages, now), Some(Millis(910 * DAY_MS + 5)));
        assert_eq!(ages.oldest_kept(Aging::Audit, now), Some(Millis(635 * DAY_MS + 5)));
        assert_eq!(ages.oldest_kept(Aging::Revisions, now), None);
        assert!(!ages.is_for_ever() && Ages::default().is_for_ever());
        assert_eq!(Ages { files: i64::MAX, ..ages }.days(Aging::Files), Some(MOST_DAYS), "no sum overflows");
        assert_eq!(Ages { files: -1, ..ages }.days(Aging::Files), None);
    }

    #[test]
    fn each_has_a_name_of_its_own() {
        let names: HashSet<_> = Aging::ALL.map(Aging::name).into_iter().collect();
        assert_eq!(names.len(), Aging::ALL.len());
    }
}
