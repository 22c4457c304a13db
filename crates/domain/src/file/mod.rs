//! Stored files and what they were uploaded for.

pub mod client_upload;
pub mod link;
pub mod media;
pub mod named;
pub mod outside;
pub mod upload;

use crate::id::{FileId, FileUsageId, UserId};

/// The four kinds of file (docs/wire/fresns.md#file-object).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A picture.
    Image,
    /// A film.
    Video,
    /// A sound.
    Audio,
    /// Any other document.
    Document,
}

impl FileKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Image, Self::Video, Self::Audio, Self::Document];

    /// The number in the column `files.type`, and the kind it stands for.
    #[must_use]
    pub fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::Image),
            2 => Some(Self::Video),
            3 => Some(Self::Audio),
            4 => Some(Self::Document),
            _ => None,
        }
    }

    /// The number both the database and the Fresns dialect use.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Image => 1,
            Self::Video => 2,
            Self::Audio => 3,
            Self::Document => 4,
        }
    }

    /// The English name, as settings spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
        }
    }

    /// The kind with that English name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What stands for the file in a brief (docs/design.md#brief).
    #[must_use]
    pub fn marker(self) -> String {
        format!("[{}]", self.name())
    }

    /// Whether a brief looks like one of these. A text may say the same.
    #[must_use]
    pub fn is_marker(brief: &str) -> bool {
        let name = brief.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        name.and_then(Self::from_name).is_some()
    }
}

/// Who keeps the bytes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Keeping {
    /// Somebody else: the row came from another system, and its path leads to the bytes.
    Elsewhere,
    /// This service, once they have arrived.
    Arriving,
    /// This service.
    Kept,
}

impl Keeping {
    /// The number in the column `files.keeping`, and what it stands for.
    #[must_use]
    pub fn from_number(number: i16) -> Option<Self> {
        [Self::Elsewhere, Self::Arriving, Self::Kept].into_iter().find(|keeping| keeping.number() == number)
    }

    /// The number in the column `files.keeping`.
    #[must_use]
    pub fn number(self) -> i16 {
        match self {
            Self::Elsewhere => 0,
            Self::Arriving => 1,
            Self::Kept => 2,
        }
    }
}

/// A stored file, as its uploader and the recipients see it. Sizes in bytes, durations in seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the columns of `files`")]
pub struct StoredFile {
    pub id: FileId,
    pub fid: String,
    pub kind: FileKind,
    pub name: String,
    pub mime: Option<String>,
    pub extension: String,
    pub size: Option<i64>,
    pub md5: Option<String>,
    pub sha: Option<String>,
    pub sha_type: Option<String>,
    pub path: String,
    pub image_width: Option<i64>,
    pub image_height: Option<i64>,
    pub audio_time: Option<i64>,
    pub video_time: Option<i64>,
    pub video_cover_path: Option<String>,
    pub video_gif_path: Option<String>,
    pub more_json: Option<String>,
    pub transcoding_state: i64,
    pub is_sensitive: bool,
    pub is_enabled: bool,
    pub keeping: Keeping,
    /// The extension of its thumbnails; `None` if it has none.
    pub thumbnail_extension: Option<String>,
}

/// An upload that waits for the message it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingUpload {
    /// The row that will point to the message.
    pub usage: FileUsageId,
    /// Who uploaded the file.
    pub uploader: UserId,
    /// The uid or username it was uploaded for, as the uploader wrote it.
    pub addressee: String,
}
