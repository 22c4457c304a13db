//! Pictures: what they are, how large, and what they look like smaller.

use std::fs::File;
use std::io::{BufReader, Cursor, Seek};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use sixin_application::files::ports::{Inspected, Thumbnail};
use sixin_domain::file::media::{Fit, ThumbnailSize};

use crate::polyglots;
use crate::{Flaw, reader};

/// Most pixels a picture may have; today's telephones take 50 million.
const MAX_PIXELS: u64 = 51_000_000;
/// Longest side.
const MAX_SIDE: u32 = 32_767;
/// Most memory a decoder may take: all pixels with four bytes each.
const MAX_BYTES: u64 = MAX_PIXELS * 4;
/// Quality of JPEG thumbnails, of 100.
const QUALITY: u8 = 80;

/// What a picture is like, if it is of the format its extension says, whole, and nothing else besides.
pub(crate) fn inspect(file: &File, size: u64, extension: &str) -> Result<Inspected, Flaw> {
    let format = ImageFormat::from_extension(extension).ok_or(Flaw::Wrong)?;
    let mut begin = file;
    if image::guess_format(&reader::head(&mut begin, 32)?).ok() != Some(format) {
        return Err(Flaw::Wrong);
    }
    polyglots::refuse(file, size)?;
    let picture = decode(file, format)?;
    let pixels = Some((picture.width(), picture.height()));
    let thumbnails = thumbnails(picture)?;
    Ok(Inspected { pixels, seconds: None, thumbnails })
}

/// The picture as it is shown: turned as its camera says.
fn decode(mut file: &File, format: ImageFormat) -> Result<DynamicImage, Flaw> {
    file.rewind()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    let mut reader = ImageReader::with_format(BufReader::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Flaw::Wrong)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES {
        return Err(Flaw::Wrong);
    }
    let orientation = decoder.orientation().map_err(|_| Flaw::Wrong)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Flaw::Wrong)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// The picture in all sizes. What shows through stays so.
fn thumbnails(picture: DynamicImage) -> Result<Vec<Thumbnail>, Flaw> {
    let has_alpha = picture.color().has_alpha();
    // Eight bits a colour, which every viewer shows.
    let picture: DynamicImage =
        if has_alpha { picture.into_rgba8().into() } else { picture.into_rgb8().into() };
    let extension = if has_alpha { "png" } else { "jpg" };
    let thumbnail = |size: ThumbnailSize| {
        let bytes = encode(&brought_to(&picture, size.fit()), has_alpha)?;
        Ok(Thumbnail { size, extension, bytes })
    };
    ThumbnailSize::ALL.into_iter().map(thumbnail).collect()
}

fn brought_to(picture: &DynamicImage, fit: Fit) -> DynamicImage {
    match fit {
        Fit::Within(width, height) => within(picture, width, height),
        Fit::Square(side) => {
            let shorter = picture.width().min(picture.height());
            let (x, y) = ((picture.width() - shorter) / 2, (picture.height() - shorter) / 2);
            within(&picture.crop_imm(x, y, shorter, shorter), side, side)
        }
    }
}

fn within(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if picture.width() <= width && picture.height() <= height {
        picture.clone()
    } else {
        picture.thumbnail(width, height)
    }
}

fn encode(picture: &DynamicImage, has_alpha: bool) -> Result<Vec<u8>, Flaw> {
    let mut bytes = Cursor::new(Vec::new());
    let encoded = if has_alpha {
        picture.write_to(&mut bytes, ImageFormat::Png)
    } else {
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, QUALITY))
    };
    encoded.map_err(|_| Flaw::Wrong)?;
    Ok(bytes.into_inner())
}
