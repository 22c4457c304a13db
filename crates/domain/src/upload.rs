//! What may be uploaded, and under which name and path it is kept (facts: fresns 8).

use chrono::DateTime;
use thiserror::Error;

use crate::file::FileKind;
use crate::media::Form;
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
/// Longest extension that is replaced where it is wrong; longer ones are rather parts of a name. In bytes.
const LONGEST_USUAL: usize = 8;

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UploadRefusal {
    /// Files of this kind may not be sent on this site.
    #[error("files of this kind are not allowed")]
    KindForbidden,
    /// Files of this kind may not have an extension that fits its content.
    #[error("files with this extension are not allowed")]
    ExtensionForbidden,
    /// Its content is nothing that is known, or is broken, or is two things at once.
    #[error("the content is nothing that is known, or broken")]
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

impl UploadRefusal {
    /// Whether another kind of file could be sent instead, so that the answer says which.
    #[must_use]
    pub fn is_for_what_it_is(self) -> bool {
        matches!(self, Self::KindForbidden | Self::ExtensionForbidden | Self::ContentWrong)
    }
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

/// The name of a file, as its uploader has it: safe to show and to keep, without folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// What stands before the last dot; empty if there is nothing.
    stem: String,
    /// What follows it, as it is written.
    extension: Option<String>,
}

impl FileName {
    /// Reads a name. Folders before it are left out, since some clients send whole paths; so is what can't be shown.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
        let shown: String = last.chars().filter(|c| !c.is_control() && !is_direction(*c)).collect();
        let shown = shown.trim();
        let is_extension = |text: &str| {
            !text.is_empty()
                && text.len() <= EXTENSION_BYTES
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        match shown.rsplit_once('.') {
            Some((stem, extension)) if is_extension(extension) => {
                Self { stem: stem.trim_start_matches('.').to_owned(), extension: Some(extension.to_owned()) }
            }
            _ => Self { stem: shown.trim_matches('.').to_owned(), extension: None },
        }
    }

    /// The extension in lower case, if it has one.
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        self.extension.as_ref().map(|extension| extension.to_ascii_lowercase())
    }

    /// The name with that extension. One that is no extension but a part of the name, as in `Plan v1.2`, stays there.
    #[must_use]
    pub fn with_extension(&self, extension: &str) -> String {
        let (mut stem, mut written) = (self.stem.clone(), extension);
        match &self.extension {
            Some(own) if own.eq_ignore_ascii_case(extension) => written = own,
            Some(own) if own.bytes().all(|byte| byte.is_ascii_digit()) || own.len() > LONGEST_USUAL => {
                stem = format!("{stem}.{own}");
            }
            _ => {}
        }
        // `cat.png.exe` that is a picture is `cat.png`.
        if written == extension
            && let Some((before, last)) = stem.rsplit_once('.')
            && last.eq_ignore_ascii_case(extension)
        {
            stem = before.to_owned();
        }
        let stem: String = stem.chars().take(NAME_CHARS - 1 - written.len().min(EXTENSION_BYTES)).collect();
        let stem = stem.trim_start_matches('.');
        let stem = if is_blank(stem) { "file" } else { stem };
        format!("{stem}.{written}")
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

/// In which of the forms its content can have a file is kept: that which its uploader said and named, if it is among them, else
/// the most fitting that the site allows. Whatever was said, it is never kept as something that it is not.
///
/// # Errors
/// If the site allows no files of that kind, or none with these extensions.
pub fn form_to_keep(
    forms: &[Form],
    said: FileKind,
    extension: Option<&str>,
    settings: &Settings,
) -> Result<Form, UploadRefusal> {
    let allows = |form: &&Form| check_allowed(form.kind, form.extension, settings).is_ok();
    let as_said = || forms.iter().filter(|form| form.kind == said);
    let named = as_said().find(|form| extension == Some(form.extension) && allows(form));
    // What a content could also be counts only for who said so: a film is no sound. And whoever shows something gets to show
    // no archive: it would be a trap, or a mistake that is better told.
    let main = forms.first().ok_or(UploadRefusal::ContentWrong)?;
    if main.kind == FileKind::Document && said != FileKind::Document {
        return Err(UploadRefusal::ContentWrong);
    }
    let others = as_said().chain(forms.iter().filter(|form| form.kind == main.kind)).find(allows);
    named.or(others).copied().ok_or(if settings.allows_file(main.kind) {
        UploadRefusal::ExtensionForbidden
    } else {
        UploadRefusal::KindForbidden
    })
}

/// Which files a site takes, to be read by whoever was refused: `image (png, jpg), audio (mp3)`.
#[must_use]
pub fn taken(settings: &Settings) -> String {
    let kinds = FileKind::ALL.into_iter().filter(|kind| settings.allows_file(*kind));
    let named = kinds.map(|kind| format!("{} ({})", kind.name(), settings.extensions(kind).join(", ")));
    named.collect::<Vec<_>>().join(", ")
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
            let found = FileName::parse(text);
            assert_eq!(found.extension().as_deref(), Some(extension), "{text:?}");
            assert_eq!(found.with_extension(extension), name, "{text:?}");
        }
    }

    #[test]
    fn a_name_gets_the_extension_of_what_the_file_holds() {
        for (text, name) in [
            ("cat", "cat.png"),
            ("cat.", "cat.png"),
            ("", "file.png"),
            ("...", "file.png"),
            ("cat.jpg", "cat.png"),
            ("cat.png.exe", "cat.png"),
            ("cat.jpg.", "cat.jpg.png"),
            ("a.PNG", "a.PNG"),
            ("png", "png.png"),
            ("a.p g", "a.p g.png"),
            ("a.\u{e9}", "a.\u{e9}.png"),
            ("Plan v1.2", "Plan v1.2.png"),
            ("a.png/", "file.png"),
            ("no.extension", "no.extension.png"),
            ("\u{202e}gpj.exe", "gpj.png"),
        ] {
            assert_eq!(FileName::parse(text).with_extension("png"), name, "{text:?}");
        }
        let long = FileName::parse(&"x".repeat(300)).with_extension("png");
        assert_eq!(long.chars().count(), NAME_CHARS);
    }

    const JPEG: [Form; 2] =
        [Form { kind: FileKind::Image, extension: "jpg" }, Form { kind: FileKind::Image, extension: "jpeg" }];
    const FILM_OR_SOUND: [Form; 2] =
        [Form { kind: FileKind::Video, extension: "mp4" }, Form { kind: FileKind::Audio, extension: "m4a" }];

    #[test]
    fn a_file_is_kept_as_what_it_is_whatever_was_said() {
        use FileKind::*;
        let all = settings(&[("conversation_files", r#"["image","video","audio","document"]"#)]);
        let kept = |forms: &[Form], said, extension| {
            form_to_keep(forms, said, extension, &all).map(|form| (form.kind, form.extension))
        };
        assert_eq!(kept(&JPEG, Image, Some("jpeg")), Ok((Image, "jpeg")));
        assert_eq!(kept(&JPEG, Image, Some("png")), Ok((Image, "jpg")));
        assert_eq!(kept(&JPEG, Document, Some("pdf")), Ok((Image, "jpg")));
        assert_eq!(kept(&JPEG, Video, None), Ok((Image, "jpg")));
        assert_eq!(kept(&FILM_OR_SOUND, Audio, Some("mp3")), Ok((Audio, "m4a")));
        assert_eq!(kept(&FILM_OR_SOUND, Image, Some("m4a")), Ok((Video, "mp4")));
        assert_eq!(kept(&[], Image, Some("png")), Err(UploadRefusal::ContentWrong));
        let archive = [Form { kind: Document, extension: "zip" }];
        assert_eq!(kept(&archive, Document, Some("rar")), Ok((Document, "zip")));
        assert_eq!(kept(&archive, Image, Some("jpg")), Err(UploadRefusal::ContentWrong));
    }

    #[test]
    fn what_a_site_does_not_allow_is_not_kept_under_another_name() {
        use FileKind::*;
        let sounds = settings(&[
            ("conversation_files", r#"["image","audio"]"#),
            ("image_extension_names", "jpeg,png"),
        ]);
        assert_eq!(form_to_keep(&JPEG, Image, Some("jpg"), &sounds).unwrap().extension, "jpeg");
        let film = form_to_keep(&FILM_OR_SOUND, Image, Some("mp4"), &sounds);
        assert_eq!(film, Err(UploadRefusal::KindForbidden), "a film is no sound unless it is said to be one");
        let none = settings(&[("image_extension_names", "gif")]);
        assert_eq!(form_to_keep(&JPEG, Image, Some("gif"), &none), Err(UploadRefusal::ExtensionForbidden));
        assert_eq!(taken(&sounds).split(" (").next(), Some("image"));
        assert!(taken(&sounds).starts_with("image (jpeg, png), audio (mp3, "), "{}", taken(&sounds));
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
        fn any_name_becomes_safe(text in "\\PC{0,300}|[./\\\\a-z\r\n]{0,40}") {
            let found = FileName::parse(&text);
            let own = found.extension().unwrap_or("png".into());
            for extension in ["png", &own] {
                let name = found.with_extension(extension);
                prop_assert!(!name.contains(['/', '\\', '\r', '\n', '\0']));
                prop_assert!(name.chars().count() <= NAME_CHARS);
                let end = format!(".{extension}");
                prop_assert!(name.to_ascii_lowercase().ends_with(&end));
                prop_assert!(!name.starts_with('.'));
            }
        }
    }
}
