//! What is shown of files: which sizes pictures are shown in, and what each extension stands for.

use crate::file::FileKind;

/// The sizes in which a picture is shown beside its own (docs/wire/fresns.md#file-object).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThumbnailSize {
    /// The one a site uses for its own purposes.
    Config,
    /// A small square.
    Avatar,
    /// For lists, in the picture's own proportions.
    Ratio,
    /// For grids: a square.
    Square,
    /// As large as a screen.
    Big,
}

/// How a picture is brought to a size. No picture is ever enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// All of it shows, within that width and height.
    Within(u32, u32),
    /// The largest square in its middle, at most that wide.
    Square(u32),
}

impl ThumbnailSize {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Config, Self::Avatar, Self::Ratio, Self::Square, Self::Big];

    /// The name, as in `imageRatioUrl`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Avatar => "avatar",
            Self::Ratio => "ratio",
            Self::Square => "square",
            Self::Big => "big",
        }
    }

    /// The size with that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.name() == name)
    }

    /// How a picture is brought to this size, in pixels.
    #[must_use]
    pub fn fit(self) -> Fit {
        match self {
            Self::Config => Fit::Within(800, 800),
            Self::Avatar => Fit::Square(200),
            Self::Ratio => Fit::Within(400, 4000),
            Self::Square => Fit::Square(400),
            Self::Big => Fit::Within(1500, 1500),
        }
    }

    /// Where the thumbnail of the picture at `path` is kept.
    #[must_use]
    pub fn path(self, path: &str, extension: &str) -> String {
        format!("{path}.{}.{extension}", self.name())
    }
}

/// A form in which a content can be kept: its kind, and the extension of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// Its kind.
    pub kind: FileKind,
    /// The extension, in lower case.
    pub extension: &'static str,
}

/// Extensions of which the content is looked at, and the media type of each.
const CHECKED: [(FileKind, &str, &str); 41] = [
    (FileKind::Image, "png", "image/png"),
    (FileKind::Image, "gif", "image/gif"),
    (FileKind::Image, "jpg", "image/jpeg"),
    (FileKind::Image, "jpeg", "image/jpeg"),
    (FileKind::Image, "bmp", "image/bmp"),
    (FileKind::Image, "heic", "image/heic"),
    (FileKind::Image, "heif", "image/heif"),
    (FileKind::Image, "webp", "image/webp"),
    (FileKind::Image, "avif", "image/avif"),
    (FileKind::Video, "mp4", "video/mp4"),
    (FileKind::Video, "mov", "video/quicktime"),
    (FileKind::Video, "webm", "video/webm"),
    (FileKind::Video, "3gp", "video/3gpp"),
    (FileKind::Audio, "mp3", "audio/mpeg"),
    (FileKind::Audio, "m4a", "audio/mp4"),
    (FileKind::Audio, "wav", "audio/wav"),
    (FileKind::Audio, "ogg", "audio/ogg"),
    (FileKind::Audio, "oga", "audio/ogg"),
    (FileKind::Audio, "opus", "audio/ogg"),
    (FileKind::Audio, "webm", "audio/webm"),
    (FileKind::Audio, "aac", "audio/aac"),
    (FileKind::Audio, "amr", "audio/amr"),
    (FileKind::Audio, "3gp", "audio/3gpp"),
    (FileKind::Document, "pdf", "application/pdf"),
    (FileKind::Document, "doc", "application/msword"),
    (FileKind::Document, "xls", "application/vnd.ms-excel"),
    (FileKind::Document, "ppt", "application/vnd.ms-powerpoint"),
    (FileKind::Document, "pps", "application/vnd.ms-powerpoint"),
    (FileKind::Document, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (FileKind::Document, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (FileKind::Document, "pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (FileKind::Document, "ppts", "application/vnd.ms-powerpoint"),
    (FileKind::Document, "epub", "application/epub+zip"),
    (FileKind::Document, "zip", "application/zip"),
    (FileKind::Document, "rar", "application/vnd.rar"),
    (FileKind::Document, "7z", "application/x-7z-compressed"),
    (FileKind::Document, "mobi", "application/x-mobipocket-ebook"),
    (FileKind::Document, "txt", "text/plain"),
    (FileKind::Document, "md", "text/markdown"),
    (FileKind::Document, "markdown", "text/markdown"),
    (FileKind::Document, "csv", "text/csv"),
];

/// The media type of a file whose content is looked at; `None` if nobody here knows what such a file holds.
#[must_use]
pub fn checked_type(kind: FileKind, extension: &str) -> Option<&'static str> {
    CHECKED.iter().find(|(of, name, _)| *of == kind && *name == extension).map(|(.., mime)| *mime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::settings::Settings;

    #[test]
    fn the_default_extensions_are_those_whose_content_is_looked_at() {
        let settings = Settings::default();
        for kind in [FileKind::Image, FileKind::Video, FileKind::Audio, FileKind::Document] {
            let names = settings.extensions(kind);
            assert!(!names.is_empty());
            for name in names {
                assert!(checked_type(kind, &name).is_some(), "{kind:?} {name}");
            }
        }
        assert_eq!(checked_type(FileKind::Image, "svg"), None);
        assert_eq!(checked_type(FileKind::Document, "png"), None);
    }

    #[test]
    fn each_size_is_kept_beside_its_picture() {
        let paths: Vec<_> = ThumbnailSize::ALL.iter().map(|size| size.path("a/b.gif", "png")).collect();
        assert_eq!(paths[2], "a/b.gif.ratio.png");
        for size in ThumbnailSize::ALL {
            assert_eq!(ThumbnailSize::from_name(size.name()), Some(size));
        }
        assert_eq!(ThumbnailSize::from_name("huge"), None);
    }
}
