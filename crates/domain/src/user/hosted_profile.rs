//! What a back end keeps about a user beside its name and picture (docs/wire/rongcloud.md#profiles).

use std::collections::BTreeMap;

use thiserror::Error;

use crate::text::visible::is_line;

/// Pairs of a back end's own at most, and how long their parts are, in characters.
pub const MOST_EXTENSIONS: usize = 20;
const EXTENSION_KEY_CHARS: usize = 32;
const EXTENSION_CHARS: usize = 256;
/// What the keys of such pairs begin with.
const EXTENSION: &str = "ext_";
/// Roles and levels are numbers up to this.
const MOST_NUMBER: i64 = 100;

/// What is kept, or what of it is to change: `None` is not known, or stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HostedProfile {
    /// An id that the site's own users know.
    pub unique_id: Option<String>,
    /// An address for mail; nothing is sent there, and nobody signs in with it.
    pub email: Option<String>,
    /// A day, as the back end writes it.
    pub birthday: Option<String>,
    /// 0 unknown, 1 male, 2 female. Shown to apps.
    pub gender: Option<i64>,
    /// A place. Shown to apps.
    pub location: Option<String>,
    /// A number of the back end's own.
    pub role: Option<i64>,
    /// A number of the back end's own.
    pub level: Option<i64>,
    /// Pairs of the back end's own.
    pub extensions: BTreeMap<String, String>,
}

/// Which rule a profile breaks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileRule {
    /// A text is too long.
    #[error("{0} must be one line of at most {1} characters")]
    Text(&'static str, usize),
    /// A number is not within its bounds.
    #[error("{0} must be between 0 and {1}")]
    Number(&'static str, i64),
    /// The name of a pair.
    #[error("the keys must begin with ext_ and have at most {EXTENSION_KEY_CHARS} characters")]
    Key,
    /// A pair.
    #[error("{0} must be at most {EXTENSION_CHARS} characters long, and without a NUL")]
    Extension(String),
    /// There are too many pairs.
    #[error("a user has at most {MOST_EXTENSIONS} pairs")]
    TooMany,
}

impl HostedProfile {
    /// Checks lengths and bounds.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self) -> Result<(), ProfileRule> {
        for (name, text, most) in [
            ("uniqueId", &self.unique_id, 32),
            ("email", &self.email, 128),
            ("birthday", &self.birthday, 32),
            ("location", &self.location, 32),
        ] {
            if text.as_ref().is_some_and(|text| text.chars().count() > most || !is_line(text)) {
                return Err(ProfileRule::Text(name, most));
            }
        }
        for (name, number, most) in
            [("gender", self.gender, 2), ("role", self.role, MOST_NUMBER), ("level", self.level, MOST_NUMBER)]
        {
            if number.is_some_and(|number| !(0..=most).contains(&number)) {
                return Err(ProfileRule::Number(name, most));
            }
        }
        for (key, text) in &self.extensions {
            if !key.starts_with(EXTENSION) || key.chars().count() > EXTENSION_KEY_CHARS || !is_line(key) {
                return Err(ProfileRule::Key);
            }
            if text.chars().count() > EXTENSION_CHARS || text.contains('\0') {
                return Err(ProfileRule::Extension(key.clone()));
            }
        }
        if self.extensions.len() > MOST_EXTENSIONS { Err(ProfileRule::TooMany) } else { Ok(()) }
    }

    /// What is kept after a change. An empty text removes what was there, a pair too.
    ///
    /// # Errors
    /// There would be too many pairs.
    pub fn changed(self, change: Self) -> Result<Self, ProfileRule> {
        let text = |new: Option<String>, old: Option<String>| match new {
            Some(new) => Some(new).filter(|new| !new.is_empty()),
            None => old,
        };
        let mut extensions = self.extensions;
        extensions.extend(change.extensions);
        extensions.retain(|_, text| !text.is_empty());
        if extensions.len() > MOST_EXTENSIONS {
            return Err(ProfileRule::TooMany);
        }
        Ok(Self {
            unique_id: text(change.unique_id, self.unique_id),
            email: text(change.email, self.email),
            birthday: text(change.birthday, self.birthday),
            gender: change.gender.or(self.gender),
            location: text(change.location, self.location),
            role: change.role.or(self.role),
            level: change.level.or(self.level),
            extensions,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(pairs: usize) -> HostedProfile {
        let pair = |number: usize| (format!("ext_{number}"), "v".to_owned());
        HostedProfile { extensions: (0..pairs).map(pair).collect(), ..HostedProfile::default() }
    }

    #[test]
    fn texts_numbers_and_pairs_have_bounds_and_are_named() {
        let email = |text: String| HostedProfile { email: Some(text), ..HostedProfile::default() }.check();
        assert_eq!(email("x".repeat(128)), Ok(()));
        assert_eq!(email("x".repeat(129)), Err(ProfileRule::Text("email", 128)));
        assert_eq!(email("a\nb".into()), Err(ProfileRule::Text("email", 128)));
        let level = |level| HostedProfile { level: Some(level), ..HostedProfile::default() }.check();
        assert_eq!((level(0), level(100)), (Ok(()), Ok(())));
        assert_eq!(
            (level(-1), level(101)),
            (Err(ProfileRule::Number("level", 100)), Err(ProfileRule::Number("level", 100)))
        );
        assert_eq!(
            HostedProfile { gender: Some(3), ..HostedProfile::default() }.check(),
            Err(ProfileRule::Number("gender", 2))
        );
        let pair = |key: &str, text: String| {
            HostedProfile { extensions: [(key.to_owned(), text)].into(), ..HostedProfile::default() }.check()
        };
        assert_eq!(pair("ext_a", "语".repeat(256)), Ok(()));
        assert_eq!(pair("a", String::new()), Err(ProfileRule::Key));
        assert_eq!(pair(&format!("ext_{}", "a".repeat(29)), String::new()), Err(ProfileRule::Key));
        assert_eq!(pair("ext_a", "x".repeat(257)), Err(ProfileRule::Extension("ext_a".into())));
        assert_eq!((extended(20).check(), extended(21).check()), (Ok(()), Err(ProfileRule::TooMany)));
    }

    #[test]
    fn what_is_not_given_stays_and_what_is_empty_goes() {
        let old = HostedProfile {
            email: Some("a@b".into()),
            birthday: Some("May".into()),
            level: Some(3),
            ..extended(2)
        };
        let change = HostedProfile {
            email: Some(String::new()),
            role: Some(1),
            extensions: [("ext_0".to_owned(), String::new()), ("ext_9".to_owned(), "n".to_owned())].into(),
            ..HostedProfile::default()
        };
        let new = old.changed(change).unwrap();
        assert_eq!(
            (new.email, new.birthday.as_deref(), new.level, new.role),
            (None, Some("May"), Some(3), Some(1))
        );
        assert_eq!(new.extensions.into_keys().collect::<Vec<_>>(), ["ext_1", "ext_9"]);
        let more = HostedProfile {
            extensions: [("ext_x".to_owned(), "v".to_owned())].into(),
            ..HostedProfile::default()
        };
        assert_eq!(extended(20).changed(more), Err(ProfileRule::TooMany));
    }
}
