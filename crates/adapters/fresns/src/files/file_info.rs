//! The file object (docs/wire/fresns.md#file-object). Keys of other kinds of file are absent, not null.

use serde::Serialize;
use serde_json::{Map, Value};
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::file::{FileKind, Keeping, StoredFile};
use sixin_domain::site::settings::Settings;
use sixin_web::files::address::{Place, address};
use utoipa::ToSchema;

use crate::admission::Locale;

/// `transcodingState` of what is ready to be played.
pub(crate) const TRANSCODED: i64 = 3;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FresnsFile)]
pub(crate) struct FileInfo {
    /// Its public id; null for a file that is kept elsewhere.
    #[schema(required = true)]
    pub(crate) fid: Option<String>,
    /// 1 image, 2 video, 3 audio, 4 document.
    #[schema(minimum = 1, maximum = 4)]
    pub(crate) r#type: i64,
    /// Whether it may be shown.
    pub(crate) status: bool,
    /// What is shown instead of a file that may not be shown.
    #[schema(required = true)]
    pub(crate) substitution_image_url: Option<String>,
    pub(crate) sensitive: bool,
    /// Original name with extension.
    pub(crate) name: String,
    #[schema(required = true)]
    pub(crate) mime: Option<String>,
    pub(crate) extension: String,
    /// For people: `12 B`, `1.50 KB`, `3 MB`.
    #[schema(required = true)]
    pub(crate) size: Option<String>,
    #[schema(required = true)]
    pub(crate) md5: Option<String>,
    #[schema(required = true)]
    pub(crate) sha: Option<String>,
    #[schema(required = true)]
    pub(crate) sha_type: Option<String>,
    #[schema(required = true, value_type = Option<Object>)]
    pub(crate) more_json: Option<Map<String, Value>>,
    #[serde(flatten)]
    pub(crate) of_kind: OfKind,
}

/// The keys of one kind of file.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = FresnsFileOfKind)]
pub(crate) enum OfKind {
    /// Images.
    #[serde(rename_all = "camelCase")]
    Image {
        #[schema(required = true)]
        image_width: Option<i64>,
        #[schema(required = true)]
        image_height: Option<i64>,
        /// At least 700 wide and at least three times as high.
        image_long: bool,
        image_default_url: String,
        image_config_url: String,
        image_avatar_url: String,
        image_ratio_url: String,
        image_square_url: String,
        image_big_url: String,
    },
    /// Videos.
    #[serde(rename_all = "camelCase")]
    Video {
        /// Seconds.
        #[schema(required = true)]
        video_time: Option<i64>,
        #[schema(required = true)]
        video_cover_url: Option<String>,
        #[schema(required = true)]
        video_gif_url: Option<String>,
        video_url: String,
        /// 1 waiting, 2 running, 3 done, 4 failed.
        transcoding_state: i64,
    },
    /// Sounds.
    #[serde(rename_all = "camelCase")]
    Audio {
        /// Seconds.
        #[schema(required = true)]
        audio_time: Option<i64>,
        audio_url: String,
        /// 1 waiting, 2 running, 3 done, 4 failed.
        transcoding_state: i64,
    },
    /// Documents.
    #[serde(rename_all = "camelCase")]
    Document {
        document_url: String,
        #[schema(required = true)]
        document_preview_url: Option<String>,
    },
}

/// The object of a file. The addresses of files that are kept here are links; those of others are built from the settings.
pub(crate) fn file_info(file: &StoredFile, locale: &Locale) -> FileInfo {
    let settings = &locale.settings;
    FileInfo {
        fid: Some(file.fid.clone()),
        r#type: file.kind.number(),
        status: file.is_enabled,
        substitution_image_url: substitution(file.kind, settings),
        sensitive: file.is_sensitive,
        name: file.name.clone(),
        mime: file.mime.clone(),
        extension: file.extension.clone(),
        size: file.size.map(size_text),
        md5: file.md5.clone(),
        sha: file.sha.clone(),
        sha_type: file.sha_type.clone(),
        more_json: file.more_json.as_deref().and_then(|json| serde_json::from_str(json).ok()),
        of_kind: of_kind(file, locale),
    }
}

pub(crate) fn substitution(kind: FileKind, settings: &Settings) -> Option<String> {
    let url = settings.text(&format!("{}_substitution", kind.name()));
    Some(url.to_owned()).filter(|url| !url.is_empty())
}

pub(crate) fn is_long(pixels: Option<(i64, i64)>) -> bool {
    pixels.is_some_and(|(width, height)| width >= 700 && height >= width.saturating_mul(3))
}

/// The address of a file as it was uploaded.
pub(crate) fn file_url(file: &StoredFile, locale: &Locale) -> String {
    address(file, &locale.settings, &locale.origin, &locale.links)
}

fn of_kind(file: &StoredFile, locale: &Locale) -> OfKind {
    let place = Place::of(file.kind, &locale.settings);
    let url = || file_url(file, locale);
    let other = |path: &Option<String>| path.as_deref().map(|path| place.url(path));
    match file.kind {
        FileKind::Image => image(file, locale, &place),
        FileKind::Video => OfKind::Video {
            video_time: file.video_time,
            video_cover_url: other(&file.video_cover_path),
            video_gif_url: other(&file.video_gif_path),
            video_url: url(),
            transcoding_state: file.transcoding_state,
        },
        FileKind::Audio => OfKind::Audio {
            audio_time: file.audio_time,
            audio_url: url(),
            transcoding_state: file.transcoding_state,
        },
        FileKind::Document => OfKind::Document { document_url: url(), document_preview_url: None },
    }
}

fn image(file: &StoredFile, locale: &Locale, place: &Place<'_>) -> OfKind {
    let thumb = |size: ThumbnailSize| {
        if file.keeping != Keeping::Elsewhere {
            return locale.link(file, Some(size));
        }
        let suffix = locale.settings.text(&format!("image_thumb_{}", size.name()));
        match locale.settings.text("image_handle_position") {
            "start" => place.url(&format!("{suffix}{}", file.path)),
            _ => format!("{}{suffix}", place.url(&file.path)),
        }
    };
    OfKind::Image {
        image_width: file.image_width,
        image_height: file.image_height,
        image_long: is_long(file.image_width.zip(file.image_height)),
        image_default_url: file_url(file, locale),
        image_config_url: thumb(ThumbnailSize::Config),
        image_avatar_url: thumb(ThumbnailSize::Avatar),
        image_ratio_url: thumb(ThumbnailSize::Ratio),
        image_square_url: thumb(ThumbnailSize::Square),
        image_big_url: thumb(ThumbnailSize::Big),
    }
}

/// A size for people: whole megabytes, kilobytes with two decimals, or bytes.
pub(crate) fn size_text(bytes: i64) -> String {
    const KB: i64 = 1024;
    const MB: i64 = 1024 * KB;
    if bytes > MB {
        format!("{} MB", bytes.saturating_add(MB / 2) / MB)
    } else if bytes > KB {
        let hundredths = (bytes * 100 + KB / 2) / KB;
        format!("{}.{:02} KB", hundredths / 100, hundredths % 100)
    } else {
        format!("{bytes} B")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn settings(rows: &[(&str, &str)]) -> Settings {
        Settings::new(
            rows.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<BTreeMap<_, _>>(),
        )
    }

    #[test]
    fn sizes_are_written_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (1024, "1024 B"),
            (1025, "1.00 KB"),
            (1536, "1.50 KB"),
            (1_048_576, "1024.00 KB"),
            (1_048_577, "1 MB"),
            (1_572_864, "2 MB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }

    #[test]
    fn paths_are_joined_to_the_bucket_or_the_system_address() {
        let url = |rows: &[(&str, &str)]| Place::of(FileKind::Image, &settings(rows)).url("a/b.png");
        let bucket = ("image_bucket_domain", "https://img.example/");
        let system = ("system_url", "https://api.example");
        assert_eq!(url(&[bucket, system]), "https://img.example/a/b.png");
        assert_eq!(url(&[system]), "https://api.example/a/b.png");
        assert_eq!(url(&[system, ("image_filesystem_disk", "local")]), "https://api.example/storage/a/b.png");
    }
}
