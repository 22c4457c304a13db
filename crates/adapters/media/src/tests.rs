use super::*;
use crate::testing::*;
use image::{GrayImage, ImageFormat, RgbaImage};
use proptest::prelude::*;
use sixin_domain::file::media::{ThumbnailSize, checked_type};
use std::io::Write;

mod recorded;

/// What a file is like that is kept with that extension; wrong if it can't be.
fn looked_into(bytes: &[u8], extension: &str) -> Result<Inspected, Flaw> {
    let file = file(bytes);
    let said = FileKind::ALL.into_iter().find(|kind| checked_type(*kind, extension).is_some());
    let forms = recognise::recognise(&file, said.unwrap_or(FileKind::Document))?;
    if forms.iter().any(|form| form.extension == extension) {
        inspect(&file, extension)
    } else {
        Err(Flaw::Wrong)
    }
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn extensions(bytes: &[u8], said: FileKind) -> Vec<&'static str> {
    recognise::recognise(&file(bytes), said).unwrap().iter().map(|form| form.extension).collect()
}

fn is_wrong(bytes: &[u8], extension: &str) -> bool {
    matches!(looked_into(bytes, extension), Err(Flaw::Wrong))
}

#[test]
fn a_picture_has_its_size_and_is_made_smaller_but_never_larger() {
    for (format, extension) in [
        (ImageFormat::Png, "png"),
        (ImageFormat::Jpeg, "jpeg"),
        (ImageFormat::Gif, "gif"),
        (ImageFormat::Bmp, "bmp"),
        (ImageFormat::WebP, "webp"),
    ] {
        let found = looked_into(&encoded(&photo(600, 300), format), extension).unwrap();
        assert_eq!(found.pixels, Some((600, 300)), "{extension}");
        let sizes: Vec<_> = found
            .thumbnails
            .iter()
            .map(|thumbnail| {
                let picture = image::load_from_memory(&thumbnail.bytes).unwrap();
                (thumbnail.size, picture.width(), picture.height())
            })
            .collect();
        use ThumbnailSize as S;
        assert_eq!(
            sizes,
            [
                (S::Config, 600, 300),
                (S::Avatar, 200, 200),
                (S::Ratio, 400, 200),
                (S::Square, 300, 300),
                (S::Big, 600, 300)
            ],
            "{extension}"
        );
    }
}

#[test]
fn what_shows_through_stays_so_and_all_else_becomes_jpeg() {
    let through = encoded(&RgbaImage::new(10, 10).into(), ImageFormat::Png);
    let grey = encoded(&GrayImage::new(10, 10).into(), ImageFormat::Png);
    let extension = |bytes: &[u8]| looked_into(bytes, "png").unwrap().thumbnails[0].extension;
    assert_eq!((extension(&through), extension(&grey)), ("png", "jpg"));
}

#[test]
fn a_picture_is_turned_as_its_camera_says_and_thumbnails_tell_no_place() {
    let found = looked_into(&turned(60, 30), "jpg").unwrap();
    assert_eq!(found.pixels, Some((30, 60)));
    for thumbnail in &found.thumbnails {
        assert!(!thumbnail.bytes.windows(3).any(|window| window == b"GPS"));
    }
    let shown = image::load_from_memory(&found.thumbnails[0].bytes).unwrap();
    assert_eq!((shown.width(), shown.height()), (30, 60));
}

#[test]
fn a_picture_that_is_not_what_it_says_or_is_broken_is_refused() {
    let png = encoded(&photo(100, 100), ImageFormat::Png);
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    for (bytes, extension) in [
        (&png[..], "jpg"),
        (&png[..], "heic"),
        (&png[..png.len() / 2], "png"),
        (&png[..20], "png"),
        (&b"PK\x03\x04 a zip"[..], "jpg"),
        (&svg[..], "png"),
        (&b"MZ\x90\0"[..], "gif"),
        (&b""[..], "png"),
    ] {
        assert!(is_wrong(bytes, extension), "{extension}");
    }
}

#[test]
fn a_picture_that_is_also_a_script_or_an_archive_is_refused() {
    let png = encoded(&photo(20, 20), ImageFormat::Png);
    let gif = encoded(&photo(20, 20), ImageFormat::Gif);
    let with = |bytes: &[u8], more: &[u8]| [bytes, more].concat();
    let archive = b"PK\x03\x04........PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    assert!(is_wrong(&with(&png, archive), "png"));
    assert!(is_wrong(&with(&gif, b"<ScRiPt>alert(1)</script>"), "gif"));
    assert!(is_wrong(&with(&gif, b"<?php system($_GET['x']);"), "gif"));
    let heic = heic(&[extent(9, 9)]);
    assert!(looked_into(&heic, "heic").is_ok());
    assert!(is_wrong(&with(&heic, archive), "heic"));
    // A GIF that is a program as well: its size is a comment's beginning.
    assert!(is_wrong(b"GIF89a/*....*/=1;alert(1)", "gif"));
}

#[test]
fn what_telephones_put_behind_a_picture_passes() {
    let jpeg = encoded(&photo(20, 20), ImageFormat::Jpeg);
    let moving =
        [jpeg, film(b"mp42", &[header(1000, 1500), track(b"vide")]), b"SEFT trailer".to_vec()].concat();
    assert!(looked_into(&moving, "jpg").is_ok());
}

/// What is left of a PNG if one trusts its first 33 bytes.
fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = encoded(&photo(2, 2), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut crc = !0_u32;
    for byte in &png[12..29] {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    png[29..33].copy_from_slice(&(!crc).to_be_bytes());
    png
}

#[test]
fn a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked() {
    assert!(looked_into(&png_that_claims(2, 2), "png").is_ok(), "the checksum is right");
    for (width, height) in [(40_000, 40_000), (60_000, 1), (30_000, 30_000), (u32::MAX >> 1, u32::MAX >> 1)] {
        assert!(is_wrong(&png_that_claims(width, height), "png"), "{width} x {height}");
    }
}

#[test]
fn a_heic_picture_has_the_size_of_its_largest_part_as_turned() {
    let parts = [extent(512, 512), extent(4032, 3024), extent(320, 240)];
    assert_eq!(looked_into(&heic(&parts), "heic").unwrap().pixels, Some((4032, 3024)));
    let turned = [parts.concat(), boxed(b"irot", &[1])];
    let found = looked_into(&heic(&turned), "heic").unwrap();
    assert_eq!((found.pixels, found.thumbnails.len()), (Some((3024, 4032)), 0));
    assert!(is_wrong(&heic(&[]), "heic"));
    assert!(is_wrong(&film(b"mp42", &[header(1, 1), track(b"vide")]), "heic"));
}

/// A picture that names its main part, whose properties are those with these numbers.
fn associated(brand: &[u8; 8], properties: &[Vec<u8>], of_main: &[u8]) -> Vec<u8> {
    let list = |part: u8, of: &[u8]| [&[0, part, of.len() as u8][..], of].concat();
    let both = [&[0, 0, 0, 0, 0, 0, 0, 2][..], &list(1, &[1]), &list(2, of_main)].concat();
    let list = boxed(b"iprp", &[boxed(b"ipco", &properties.concat()), boxed(b"ipma", &both)].concat());
    let main = boxed(b"pitm", &[0, 0, 0, 0, 0, 2]);
    let meta = [vec![0; 4], main, list].concat();
    [boxed(b"ftyp", &[&brand[..4], &[0; 4], &brand[4..]].concat()), boxed(b"meta", &meta)].concat()
}

fn crop(numbers: [u32; 4]) -> Vec<u8> {
    let all = [&numbers[..], &[0, 1, 0, 1]].concat();
    boxed(b"clap", &all.iter().flat_map(|number| number.to_be_bytes()).collect::<Vec<u8>>())
}

#[test]
fn a_picture_in_boxes_has_the_size_of_its_main_part_as_cropped_and_turned() {
    let properties = [
        extent(8000, 8000),
        extent(4032, 3024),
        crop([4000, 1, 6000, 2]),
        boxed(b"irot", &[3]),
        boxed(b"irot", &[2]),
    ];
    for (of_main, pixels) in [
        (&[2][..], (4032, 3024)),
        (&[2, 3], (4000, 3000)),
        (&[0x82, 0x83, 0x84], (3000, 4000)),
        (&[2, 5], (4032, 3024)),
        // A number of nothing.
        (&[2, 0, 99], (4032, 3024)),
    ] {
        for (brand, extension) in
            [(b"heicmif1", "heic"), (b"mif1heic", "heic"), (b"avifmif1", "avif"), (b"mif1avif", "avif")]
        {
            let found = looked_into(&associated(brand, &properties, of_main), extension).unwrap();
            assert_eq!((found.pixels, found.thumbnails.len()), (Some(pixels), 0), "{of_main:?}");
        }
    }
    // A crop that is larger than its picture, or nothing, is none.
    for wrong in [[9000, 1, 10, 1], [10, 0, 10, 1], [0, 1, 10, 1]] {
        let picture = associated(b"heicmif1", &[extent(1, 1), extent(100, 50), crop(wrong)], &[2, 3]);
        assert_eq!(looked_into(&picture, "heic").unwrap().pixels, Some((100, 50)), "{wrong:?}");
    }
    assert_eq!(extensions(&associated(b"avifmif1", &[], &[]), FileKind::Image), ["avif"]);
}

#[test]
fn what_a_file_is_is_told_by_its_content_whatever_is_said() {
    use FileKind::*;
    let wav = wav(100, 250, &[1; 250]);
    let film = film(b"mp42", &[header(1000, 1500), track(b"soun"), track(b"vide")]);
    for (bytes, extension) in [
        (encoded(&photo(9, 9), ImageFormat::Png), "png"),
        (encoded(&photo(9, 9), ImageFormat::Jpeg), "jpg"),
        (encoded(&photo(9, 9), ImageFormat::Gif), "gif"),
        (encoded(&photo(9, 9), ImageFormat::Bmp), "bmp"),
        (encoded(&photo(9, 9), ImageFormat::WebP), "webp"),
        (heic(&[extent(9, 9)]), "heic"),
        (film, "mp4"),
        (wav, "wav"),
        (mp3(9), "mp3"),
        (b"%PDF-1.7".to_vec(), "pdf"),
        (b"PK\x03\x04 word/document.xml [Content_Types].xml".to_vec(), "docx"),
        (b"PK\x03\x04 xl/workbook.xml [Content_Types].xml".to_vec(), "xlsx"),
        (b"PK\x03\x04 ppt/presentation.xml [Content_Types].xml".to_vec(), "pptx"),
        (b"PK\x03\x04 anything".to_vec(), "zip"),
    ] {
        for said in FileKind::ALL {
            assert_eq!(extensions(&bytes, said).first(), Some(&extension), "{said:?}");
        }
    }
    // A text is anything else's content as well, and is only taken for one if it is said to be a document.
    let text = b"BM, said the text, \x1aE RIFF ftyp";
    assert_eq!(extensions(text, Document), ["txt", "md", "markdown", "csv"]);
    assert!(extensions(text, Image).is_empty() && extensions(b"MZ\0\x90", Document).is_empty());
    assert!(extensions(b"", Image).is_empty());
}

#[test]
fn films_and_sounds_have_their_length_rounded_up() {
    let seconds = |bytes: &[u8], extension: &str| looked_into(bytes, extension).unwrap().seconds;
    let mp4 = film(b"mp42", &[header(1000, 1500), track(b"soun"), track(b"vide")]);
    assert_eq!((seconds(&mp4, "mp4"), seconds(&mp4, "m4a")), (Some(2), Some(2)));
    assert_eq!(seconds(&film(b"qt  ", &[header(600, 600), track(b"vide")]), "mov"), Some(1));
    let extends = boxed(b"mvex", &boxed(b"mehd", &[0_u32, 2500].map(u32::to_be_bytes).concat()));
    let fragments = film(b"iso5", &[header(1000, 0), track(b"vide"), extends]);
    assert_eq!(seconds(&fragments, "mp4"), Some(3));
    assert_eq!(seconds(&wav(100, 250, &[1; 250]), "wav"), Some(3));
    assert_eq!(seconds(&mp3(100), "mp3"), Some(3));
    assert_eq!(seconds(&[mp3(10), b"TAG".to_vec(), vec![0; 125]].concat(), "mp3"), Some(1));
}

#[test]
fn a_sound_is_not_believed_to_be_longer_than_its_bytes() {
    assert_eq!(looked_into(&wav(100, u32::MAX, &[1; 250]), "wav").unwrap().seconds, Some(3));
}

#[test]
fn what_only_begins_like_a_film_or_a_sound_is_refused() {
    let long = film(b"mp42", &[header(1, u32::MAX), track(b"vide")]);
    for (bytes, extension) in [
        (long, "mp4"),
        (film(b"mp42", &[header(0, 10), track(b"vide")]), "mp4"),
        (film(b"mp42", &[header(1000, 0), track(b"vide")]), "mp4"),
        (film(b"mp42", &[header(1000, 10), track(b"soun")]), "mp4"),
        (film(b"heic", &[header(1000, 10), track(b"vide")]), "mp4"),
        (film(b"mp42", &[track(b"vide")]), "mp4"),
        (boxed(b"ftyp", b"mp42"), "mp4"),
        ([0_u32, 0, 0].map(u32::to_be_bytes).concat(), "mov"),
        ([&1_u32.to_be_bytes()[..], b"free", &u64::MAX.to_be_bytes()].concat(), "mov"),
        (wav(0, 10, &[0; 10]), "wav"),
        (b"RIFF\0\0\0\0AVI LIST".to_vec(), "wav"),
        (mp3(1), "mp3"),
        ([mp3(3), vec![0x55; 2_000_000]].concat(), "mp3"),
        (b"ID3\x04\0\0\x7f\x7f\x7f\x7f".to_vec(), "mp3"),
        (vec![0xff; 100_000], "mp3"),
    ] {
        assert!(is_wrong(&bytes, extension), "{extension}");
    }
}

#[test]
fn documents_begin_as_their_extension_says() {
    let office = b"PK\x03\x04\x14\0\x06\0........[Content_Types].xml";
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....";
    let book = [&[0; 60][..], b"BOOKMOBI"].concat();
    for (bytes, extension) in [
        (&b"%PDF-1.7"[..], "pdf"),
        (office, "docx"),
        (office, "zip"),
        (ole, "xls"),
        (b"PK\x03\x04..........................mimetypeapplication/epub+zip", "epub"),
        (b"Rar!\x1a\x07\x01\0", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (&book, "mobi"),
        ("# 你好\n".as_bytes(), "md"),
        (b"\xff\xfeh\0i\0", "txt"),
        (b"a;b\n\xe4;\xf6\n", "csv"),
    ] {
        assert!(looked_into(bytes, extension).is_ok(), "{extension}");
        assert!(extension == "txt" || is_wrong(b"MZ\0\0", extension), "{extension}");
    }
    assert!(is_wrong(b"PK\x03\x04 only an archive", "docx"));
    assert!(is_wrong(b"%PDF-1.7", "exe"));
}

proptest! {
    #[test]
    fn nothing_that_a_file_holds_makes_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        which in 0_usize..16,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let extensions = ["png", "gif", "jpg", "bmp", "heic", "mp4", "mov", "m4a", "mp3", "wav", "pdf", "docx", "epub", "txt", "mobi", "rar"];
        let extension = extensions[which];
        let _ = looked_into(&bytes, extension);
        let mut sample = match extension {
            "png" => encoded(&photo(9, 9), ImageFormat::Png),
            "gif" => encoded(&photo(9, 9), ImageFormat::Gif),
            "jpg" => turned(9, 9),
            "bmp" => encoded(&photo(9, 9), ImageFormat::Bmp),
            "heic" => heic(&[extent(9, 9), boxed(b"irot", &[1])]),
            "mp3" => mp3(3),
            "wav" => wav(9, 90, &[0; 90]),
            _ => film(b"mp42", &[header(9, 9), track(b"soun"), track(b"vide")]),
        };
        for (place, byte) in changes {
            let place = place.index(sample.len());
            sample[place] = byte;
        }
        let _ = looked_into(&sample, extension);
    }
}

#[tokio::test]
async fn a_file_is_looked_into_beside_the_async_threads() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"%PDF-1.7").unwrap();
    let media = Media::default();
    assert!(media.inspect(file.path(), "pdf").await.is_ok());
    assert!(matches!(media.inspect(file.path(), "png").await, Err(InspectError::Wrong)));
    let gone = media.inspect(Path::new("/nowhere/at.all"), "pdf").await;
    assert!(matches!(gone, Err(InspectError::Unreadable(_))));
    let busy = Media(Bulkhead::new(0, 0, PATIENCE));
    assert!(matches!(busy.inspect(file.path(), "pdf").await, Err(InspectError::Busy)));
}
