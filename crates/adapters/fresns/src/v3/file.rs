//! The file object of 3.x (docs/wire/fresns3.md#file).

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::files::file_info::{FileInfo, OfKind};

/// A file. Keys of other kinds of file are absent; width, height and duration are null where there are none.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Fresns3File)]
pub(crate) struct File {
    /// Its public id; null for a file that is kept elsewhere.
    #[schema(required = true)]
    fid: Option<String>,
    /// 1 image, 2 video, 3 audio, 4 document.
    #[schema(minimum = 1, maximum = 4)]
    r#type: i64,
    /// Whether it may be shown.
    status: bool,
    /// What is shown instead of a file that may not be shown.
    #[schema(required = true)]
    substitution_image_url: Option<String>,
    /// `none` or `sensitive`.
    warning: &'static str,
    /// Original name with extension.
    name: String,
    #[schema(required = true)]
    mime: Option<String>,
    extension: String,
    /// For people: `12 B`, `1.50 KB`, `3 MB`.
    #[schema(required = true)]
    size: Option<String>,
    #[schema(required = true)]
    md5: Option<String>,
    #[schema(required = true)]
    sha: Option<String>,
    #[schema(required = true)]
    sha_type: Option<String>,
    /// Pixels.
    #[schema(required = true)]
    width: Option<i64>,
    #[schema(required = true)]
    height: Option<i64>,
    /// Seconds.
    #[schema(required = true)]
    duration: Option<i64>,
    #[schema(required = true, value_type = Option<Object>)]
    more_info: Option<Map<String, Value>>,
    /// Of images: at least 700 wide and at least three times as high.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_long: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_ratio_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_square_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image_big_url: Option<String>,
    /// Of videos, null without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    video_poster_url: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio_url: Option<String>,
    /// Of documents, always null; `common/file/{fid}/link` leads to the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    document_preview_url: Option<Option<String>>,
    /// Of what plays: 1 waiting, 2 running, 3 done, 4 failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    transcoding_state: Option<i64>,
}

impl From<FileInfo> for File {
    fn from(file: FileInfo) -> Self {
        let common = Self {
            fid: file.fid,
            r#type: file.r#type,
            status: file.status,
            substitution_image_url: file.substitution_image_url,
            warning: if file.sensitive { "sensitive" } else { "none" },
            name: file.name,
            mime: file.mime,
            extension: file.extension,
            size: file.size,
            md5: file.md5,
            sha: file.sha,
            sha_type: file.sha_type,
            more_info: file.more_json,
            ..Self::default()
        };
        match file.of_kind {
            OfKind::Image {
                image_width,
                image_height,
                image_long,
                image_ratio_url,
                image_square_url,
                image_big_url,
                ..
            } => Self {
                width: image_width,
                height: image_height,
                image_long: Some(image_long),
                image_ratio_url: Some(image_ratio_url),
                image_square_url: Some(image_square_url),
                image_big_url: Some(image_big_url),
                ..common
            },
            OfKind::Video { video_time, video_cover_url, video_url, transcoding_state, .. } => Self {
                duration: video_time,
                video_poster_url: Some(video_cover_url),
                video_url: Some(video_url),
                transcoding_state: Some(transcoding_state),
                ..common
            },
            OfKind::Audio { audio_time, audio_url, transcoding_state } => Self {
                duration: audio_time,
                audio_url: Some(audio_url),
                transcoding_state: Some(transcoding_state),
                ..common
            },
            OfKind::Document { document_preview_url, .. } => {
                Self { document_preview_url: Some(document_preview_url), ..common }
            }
        }
    }
}
