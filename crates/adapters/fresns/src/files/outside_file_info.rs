//! The file object of files that are kept elsewhere.

use sixin_domain::file::FileKind;
use sixin_domain::file::outside::OutsideFile;
use sixin_domain::site::settings::Settings;

use crate::files::file_info::{FileInfo, OfKind, TRANSCODED, is_long, size_text, substitution};

/// The object of a file that a back end's message points to.
pub(crate) fn outside_file_info(file: &OutsideFile, settings: &Settings) -> FileInfo {
    let path = file.url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = file.name.clone().unwrap_or_else(|| last.to_owned());
    let extension = name.rsplit_once('.').map_or_else(String::new, |(_, end)| end.to_ascii_lowercase());
    FileInfo {
        fid: None,
        r#type: file.kind.number(),
        status: true,
        substitution_image_url: substitution(file.kind, settings),
        sensitive: false,
        name,
        mime: None,
        extension,
        size: file.size.map(size_text),
        md5: None,
        sha: None,
        sha_type: None,
        more_json: None,
        of_kind: outside_of_kind(file),
    }
}

/// There is one address, and it serves every purpose.
fn outside_of_kind(file: &OutsideFile) -> OfKind {
    let url = || file.url.clone();
    match file.kind {
        FileKind::Image => OfKind::Image {
            image_width: file.pixels.map(|(width, _)| width),
            image_height: file.pixels.map(|(_, height)| height),
            image_long: is_long(file.pixels),
            image_default_url: url(),
            image_config_url: url(),
            image_avatar_url: url(),
            image_ratio_url: url(),
            image_square_url: url(),
            image_big_url: url(),
        },
        FileKind::Video => OfKind::Video {
            video_time: file.seconds,
            video_cover_url: None,
            video_gif_url: None,
            video_url: url(),
            transcoding_state: TRANSCODED,
        },
        FileKind::Audio => {
            OfKind::Audio { audio_time: file.seconds, audio_url: url(), transcoding_state: TRANSCODED }
        }
        FileKind::Document => OfKind::Document { document_url: url(), document_preview_url: None },
    }
}
