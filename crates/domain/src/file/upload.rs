//! What may be uploaded, and under which name and path it is kept (docs/wire/fresns.md#files).

use chrono::DateTime;
use thiserror::Error;

use crate::file::FileKind;
use crate::file::media::Form;
use crate::site::role::Role;
use crate::site::settings::Settings;
use crate::text::visible::{is_blank, is_direction};
use crate::time::Millis;

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
    /// The limits for a kind of file: those of the user's role, else those of the site (docs/wire/fresns.md#files).
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
mod tests;
