//! What may be uploaded, and under which name and path it is kept (facts: fresns 8).

use chrono::DateTime;
use thiserror::Error;

use crate::file::FileKind;
use crate::role::Role;
use crate::settings::Settings;
use crate::time::Millis;
use crate::visible::{is_blank, is_direction};

/// Bytes in what the settings call a megabyte.
const MEGABYTE: u64 = 1024 * 1024;
/// Longest name that is kept, in characters.
const NAME_CHARS: usize = 128;
/// Longest extension that can be allowed, in bytes.
const EXTENSION_BYTES: usize = 32;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UploadRefusal {
    /// Files of this kind may not be sent on this site.
    #[error("files of this kind are not allowed")]
    KindForbidden,
    /// The name has no extension, or one that files of this kind may not have.
    #[error("files with this extension are not allowed")]
    ExtensionForbidden,
    /// Its content is not what its name says, or is broken, or is two things at once.
    #[error("the content is not what the name says")]
    ContentWrong,
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than allowed.
    #[error("the file is too large")]
    TooLarge,
    /// It plays longer than allowed.
    #[error("the file plays too long")]
    TooLong,
}

/// How large a file may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadLimits {
    /// Bytes.
    pub bytes: u64,
    /// Seconds that it may play; `None` for what does not play.
    pub seconds: Option<u64>,
}

impl UploadLimits {
    /// The limits for a kind of file: those of the user's role, else those of the site (facts: fresns 8).
    #[must_use]
    pub fn of(kind: FileKind, settings: &Settings, role: Option<&Role>) -> Self {
        let number = |what: &str| {
            let key = format!("{}_max_{what}", kind.name());
            let value = role.and_then(|role| role.number(&key)).or_else(|| settings.number(&key));
            u64::try_from(value.unwrap_or(0)).unwrap_or(0)
        };
        let plays = matches!(kind, FileKind::Video | FileKind::Audio);
        Self { bytes: number("size").saturating_mul(MEGABYTE), seconds: plays.then(|| number("time")) }
    }
}

/// The name of a file, as its uploader has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The name with its extension, without folders.
    pub name: String,
    /// What follows the last dot, in lower case.
    pub extension: String,
}

impl FileName {
    /// Reads a name. Folders before it are left out, since some clients send whole paths; so is what can't be shown.
    ///
    /// # Errors
    /// [`UploadRefusal::ExtensionForbidden`] if it has no usable extension.
    pub fn parse(text: &str) -> Result<Self, UploadRefusal> {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect();
        let (stem, extension) = shown.trim().rsplit_once('.').ok_or(UploadRefusal::ExtensionForbidden)?;
        let is_plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if extension.is_empty() || extension.len() > EXTENSION_BYTES || !is_plain {
            return Err(UploadRefusal::ExtensionForbidden);
        }
        let stem: String =
            stem.trim_start_matches('.').chars().take(NAME_CHARS - 1 - extension.len()).collect();
        let stem = if is_blank(&stem) { "file" } else { &stem };
        Ok(Self { name: format!("{stem}.{extension}"), extension: extension.to_ascii_lowercase() })
    }
}

/// Whether files of that kind and extension may be sent at all.
///
/// # Errors
/// If the kind or the extension is not among those that the site allows.
pub fn check_allowed(kind: FileKind, extension: &str, settings: &Settings) -> Result<(), UploadRefusal> {
    if !settings.allows_file(kind) {
        return Err(UploadRefusal::KindForbidden);
    }
    if !settings.extensions(kind).iter().any(|allowed| allowed == extension) {
        return Err(UploadRefusal::ExtensionForbidden);
    }
    Ok(())
}

/// Where a file for a conversation is kept: a folder a day, and a name nobody can guess.
#[must_use]
pub fn path(kind: FileKind, at: Millis, random: &str, extension: &str) -> String {
    let day = DateTime::from_timestamp_millis(at.0).unwrap_or_default().format("%Y%m/%d");
    format!("{}s/conversations/{day}/{random}.{extension}", kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::role::with_permissions;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn settings(rows: &[(&str, &str)]) -> Settings {
        Settings::new(
            rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
        )
    }

    #[test]
    fn a_role_s_limit_holds_before_that_of_the_site_also_written_as_text() {
        let site = settings(&[("video_max_size", "7"), ("video_max_time", "30")]);
        let own = with_permissions(r#"[{"permKey":"video_max_size","permValue":"2"}]"#);
        let of = |role| UploadLimits::of(FileKind::Video, &site, role);
        assert_eq!(of(None), UploadLimits { bytes: 7 << 20, seconds: Some(30) });
        assert_eq!(of(Some(&own)), UploadLimits { bytes: 2 << 20, seconds: Some(30) });
    }

    #[test]
    fn what_the_site_does_not_set_has_the_documented_limits() {
        for (kind, megabytes, seconds) in [
            (FileKind::Image, 5, None),
            (FileKind::Video, 50, Some(60)),
            (FileKind::Audio, 50, Some(60)),
            (FileKind::Document, 10, None),
        ] {
            let limits = UploadLimits::of(kind, &settings(&[]), None);
            assert_eq!(limits, UploadLimits { bytes: megabytes << 20, seconds }, "{kind:?}");
        }
    }

    #[test]
    fn nothing_is_allowed_by_a_limit_below_zero() {
        let site = settings(&[("image_max_size", "-1")]);
        assert_eq!(UploadLimits::of(FileKind::Image, &site, None).bytes, 0);
    }

    #[test]
    fn a_name_keeps_neither_folders_nor_characters_that_deceive() {
        for (text, name, extension) in [
            ("cat.PNG", "cat.PNG", "png"),
            ("C:\\pictures\\cat.png", "cat.png", "png"),
            ("../../etc/cron.d/cat.png", "cat.png", "png"),
            (".png", "file.png", "png"),
            ("...png", "file.png", "png"),
            ("..a", "file.a", "a"),
            ("\u{202e}gpj.exe", "gpj.exe", "exe"),
            ("a\r\nX: b.png", "aX: b.png", "png"),
            ("猫.jpeg", "猫.jpeg", "jpeg"),
        ] {
            let found = FileName::parse(text).unwrap();
            assert_eq!((found.name.as_str(), found.extension.as_str()), (name, extension), "{text:?}");
        }
        for text in
            ["", "png", "a.", "a.p/g", "a.p g", "a.\u{e9}", "a.png/", &format!("a.{}", "x".repeat(33))]
        {
            assert_eq!(FileName::parse(text), Err(UploadRefusal::ExtensionForbidden), "{text:?}");
        }
    }

    #[test]
    fn kinds_and_extensions_the_site_does_not_list_are_refused() {
        let site = settings(&[("conversation_files", r#"["image"]"#), ("image_extension_names", "png, JPG")]);
        assert_eq!(check_allowed(FileKind::Image, "png", &site), Ok(()));
        assert_eq!(check_allowed(FileKind::Image, "jpg", &site), Ok(()));
        let svg = check_allowed(FileKind::Image, "svg", &site);
        assert_eq!(svg, Err(UploadRefusal::ExtensionForbidden));
        let pdf = check_allowed(FileKind::Document, "pdf", &site);
        assert_eq!(pdf, Err(UploadRefusal::KindForbidden));
    }

    #[test]
    fn a_path_tells_kind_and_day() {
        let at = Millis(1_763_856_000_000);
        assert_eq!(path(FileKind::Image, at, "abc", "png"), "images/conversations/202511/23/abc.png");
    }

    proptest! {
        #[test]
        fn any_name_is_refused_or_safe(text in "\\PC{0,300}|[./\\\\a-z\r\n]{0,40}") {
            if let Ok(found) = FileName::parse(&text) {
                prop_assert!(!found.name.contains(['/', '\\', '\r', '\n', '\0']));
                prop_assert!(found.name.chars().count() <= NAME_CHARS);
                let end = format!(".{}", found.extension);
                prop_assert!(found.name.to_ascii_lowercase().ends_with(&end));
                prop_assert!(!found.name.starts_with('.'));
            }
        }
    }
}
