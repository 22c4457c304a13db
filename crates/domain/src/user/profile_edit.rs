//! What users change about themselves (docs/wire/fresns.md#profile).

use thiserror::Error;

use crate::site::settings::{Settings, offset_minutes};
use crate::text::visible::{is_line, is_name};
use crate::user::ConversationLimit;

/// Longest text about oneself, and longest place, in characters.
const BIO_CHARS: usize = 5000;
const LOCATION_CHARS: usize = 128;
/// Longest UTC offset that is stored, in bytes.
const TIMEZONE_BYTES: usize = 16;
/// Longest nickname that can be stored, in characters.
const NICKNAME_CHARS: i64 = 64;

/// The changes; `None` leaves something as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileEdit {
    /// The name that is shown.
    pub nickname: Option<String>,
    /// What the user says of itself; empty removes it.
    pub bio: Option<String>,
    /// 0 unknown, 1 male, 2 female.
    pub gender: Option<i64>,
    /// Where the user is; empty removes it.
    pub location: Option<String>,
    /// UTC offset in hours.
    pub timezone: Option<String>,
    /// Who may write to the user.
    pub conversation_limit: Option<ConversationLimit>,
}

/// Why a change is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EditRefusal {
    /// Nothing is to be changed.
    #[error("nothing is to be changed")]
    Nothing,
    /// The value has the wrong length or form.
    #[error("{0} has the wrong length or form")]
    Malformed(&'static str),
    /// It holds a word that is refused.
    #[error("{0} holds a word that is not allowed")]
    ForbiddenWord(&'static str),
}

impl ProfileEdit {
    /// Checks lengths and forms.
    ///
    /// # Errors
    /// The first value that does not fit.
    pub fn check(&self, settings: &Settings) -> Result<(), EditRefusal> {
        if *self == Self::default() {
            return Err(EditRefusal::Nothing);
        }
        let length = |text: &str| i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
        let least = settings.number("nickname_min").unwrap_or(1).max(1);
        let most = settings.number("nickname_max").unwrap_or(NICKNAME_CHARS).min(NICKNAME_CHARS);
        let fits = |name, value: Option<bool>| match value {
            Some(false) => Err(EditRefusal::Malformed(name)),
            _ => Ok(()),
        };
        let nickname = self.nickname.as_deref();
        fits("nickname", nickname.map(|name| (least..=most).contains(&length(name)) && is_name(name)))?;
        fits("bio", self.bio.as_ref().map(|text| text.chars().count() <= BIO_CHARS))?;
        fits("gender", self.gender.map(|gender| (0..=2).contains(&gender)))?;
        let location = self.location.as_deref();
        fits("location", location.map(|text| text.chars().count() <= LOCATION_CHARS && is_line(text)))?;
        let timezone = self.timezone.as_deref();
        fits("timezone", timezone.map(|text| text.len() <= TIMEZONE_BYTES && offset_minutes(text).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(edit: ProfileEdit) -> Result<(), EditRefusal> {
        edit.check(&Settings::default())
    }

    fn nickname(text: &str) -> Result<(), EditRefusal> {
        check(ProfileEdit { nickname: Some(text.into()), ..ProfileEdit::default() })
    }

    #[test]
    fn a_nickname_is_as_long_as_the_site_says_in_characters() {
        let wrong = Err(EditRefusal::Malformed("nickname"));
        for (text, result) in [
            ("猫".to_owned(), wrong),
            ("猫猫".to_owned(), Ok(())),
            ("猫".repeat(20), Ok(())),
            ("猫".repeat(21), wrong),
            ("a\nb".to_owned(), wrong),
            ("\u{3164}\u{3164}".to_owned(), wrong),
            ("\u{200b}\u{200b}\u{200b}".to_owned(), wrong),
            ("ann\u{202e}".to_owned(), wrong),
            (String::new(), wrong),
        ] {
            assert_eq!(nickname(&text), result, "{text:?}");
        }
    }

    #[test]
    fn every_other_value_has_its_form() {
        let edit = ProfileEdit::default;
        for (edit, name) in [
            (ProfileEdit { bio: Some("x".repeat(5001)), ..edit() }, "bio"),
            (ProfileEdit { gender: Some(3), ..edit() }, "gender"),
            (ProfileEdit { location: Some("x".repeat(129)), ..edit() }, "location"),
            (ProfileEdit { location: Some("\u{202e}nilreB".into()), ..edit() }, "location"),
            (ProfileEdit { timezone: Some("Berlin".into()), ..edit() }, "timezone"),
            (ProfileEdit { timezone: Some("+8.00000000000000".into()), ..edit() }, "timezone"),
        ] {
            assert_eq!(check(edit), Err(EditRefusal::Malformed(name)));
        }
        let all = ProfileEdit {
            nickname: None,
            bio: Some(String::new()),
            gender: Some(0),
            location: Some(String::new()),
            timezone: Some("+5.75".into()),
            conversation_limit: Some(ConversationLimit::Nobody),
        };
        assert_eq!(check(all), Ok(()));
        assert_eq!(check(edit()), Err(EditRefusal::Nothing));
    }
}
