use super::*;
use crate::testing::*;
use image::{AnimationDecoder, DynamicImage, ImageFormat, RgbaImage};
use proptest::prelude::*;

const SECRET: &[u8] = b"GPS 52.5 13.4 Camera X";

/// What is left of a picture, and whether anything was taken out.
fn stripped(bytes: &[u8], extension: &str) -> Result<(Vec<u8>, bool), Flaw> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    std::fs::write(&path, bytes).unwrap();
    let is_changed = strip(&path, extension)?;
    let left = std::fs::read(&path).unwrap();
    assert_eq!(left != bytes, is_changed, "what is said is what was done");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    Ok((left, is_changed))
}

fn tells(bytes: &[u8]) -> bool {
    bytes.windows(3).any(|window| window == b"GPS")
}

/// The picture without its secret, which looks as it did and is not taken apart again.
fn clean(bytes: &[u8], extension: &str) -> Vec<u8> {
    assert!(tells(bytes));
    let (left, _) = stripped(bytes, extension).unwrap();
    assert!(!tells(&left), "{extension}");
    assert_eq!(stripped(&left, extension).unwrap(), (left.clone(), false), "{extension}: twice is as once");
    left
}

/// A TIFF as a camera writes it: how it is turned, and where it was.
fn exif(orientation: u8) -> Vec<u8> {
    let mut written = orientation::written(orientation);
    written.extend(SECRET);
    written
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length[..], content].concat()
}

fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
    let plain = encoded(&photo(40, 20), ImageFormat::Jpeg);
    [&plain[..2], &segments.concat(), &plain[2..]].concat()
}

fn with_exif(orientation: u8) -> Vec<u8> {
    segment(0xe1, &[orientation::EXIF, &exif(orientation)].concat())
}

fn looks_the_same(one: &[u8], other: &[u8]) -> bool {
    let shown = |bytes: &[u8]| image::load_from_memory(bytes).unwrap();
    shown(one) == shown(other)
}

#[test]
fn a_jpeg_keeps_its_pixels_its_colours_and_its_turn_and_nothing_else() {
    let icc = segment(0xe2, b"ICC_PROFILE\0\x01\x01colours");
    let adobe = segment(0xee, b"Adobe\0\x64\0\0\0\0\x01");
    let secrets = [
        segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", SECRET].concat()),
        segment(0xe2, &[b"MPF\0", SECRET].concat()),
        segment(0xed, &[b"Photoshop 3.0\0", SECRET].concat()),
        segment(0xe5, SECRET),
        segment(0xef, SECRET),
        segment(0xfe, SECRET),
        // A second Exif part.
        with_exif(3),
    ];
    let all = [vec![with_exif(6), icc.clone(), adobe.clone()], secrets.to_vec()].concat();
    let whole = [jpeg(&all), b"a film with GPS".to_vec()].concat();
    let left = clean(&whole, "jpg");
    assert!(looks_the_same(&whole, &left));
    let turned = segment(0xe1, &[orientation::EXIF, &orientation::written(6)].concat());
    assert_eq!(left, jpeg(&[turned, icc, adobe]));
}

#[test]
fn a_jpeg_that_stands_upright_needs_no_words_and_one_without_any_is_left_alone() {
    assert_eq!(clean(&jpeg(&[with_exif(1)]), "jpeg"), jpeg(&[]));
    assert_eq!(stripped(&jpeg(&[]), "jpg").unwrap(), (jpeg(&[]), false));
    // Fillings before a marker, and what cameras leave there.
    let filled = jpeg(&[vec![0xff, 0xff, 0xff], segment(0xfe, SECRET), vec![0, 0]]);
    assert!(looks_the_same(&clean(&filled, "jpg"), &jpeg(&[])));
}

/// The small picture in JFIF is that from before a part was cut out.
#[test]
fn the_small_picture_inside_a_jpeg_goes_too() {
    let plain = jpeg(&[]);
    let jfif = segment(0xe0, &[b"JFIF\0\x01\x02\0\0\x48\0\x48\x01\x01", &b"GPS"[..]].concat());
    let at = 4 + usize::from(plain[5]);
    let left = clean(&[&plain[..2], &jfif, &plain[at..]].concat(), "jpg");
    assert_eq!(left[2..20], segment(0xe0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0"));
}

fn chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut sum = !0_u32;
    for byte in name.iter().chain(content) {
        sum ^= u32::from(*byte);
        (0..8).for_each(|_| sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 });
    }
    [&(content.len() as u32).to_be_bytes(), &name[..], content, &(!sum).to_be_bytes()].concat()
}

fn png(chunks: &[Vec<u8>]) -> Vec<u8> {
    let plain = encoded(&photo(40, 20), ImageFormat::Png);
    [&plain[..33], &chunks.concat(), &plain[33..]].concat()
}

#[test]
fn a_png_keeps_what_shows_and_its_turn() {
    let colours = chunk(b"gAMA", &45_455_u32.to_be_bytes());
    let secrets = [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"prVt"].map(|name| chunk(name, SECRET));
    let all = [vec![colours.clone(), chunk(b"eXIf", &exif(8))], secrets.to_vec()].concat();
    let whole = [png(&all), b"GPS".to_vec()].concat();
    let left = clean(&whole, "png");
    assert_eq!(left, png(&[colours, chunk(b"eXIf", &orientation::written(8))]));
    assert!(looks_the_same(&whole, &left));
    assert_eq!(clean(&png(&[chunk(b"eXIf", &exif(1))]), "png"), png(&[]));
}

fn webp_chunk(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let filling = vec![0; content.len() % 2];
    [&name[..], &(content.len() as u32).to_le_bytes(), content, &filling].concat()
}

fn webp(chunks: &[Vec<u8>]) -> Vec<u8> {
    let chunks = chunks.concat();
    [b"RIFF", &(chunks.len() as u32 + 4).to_le_bytes()[..], b"WEBP", &chunks].concat()
}

#[test]
fn a_webp_keeps_what_shows_and_its_turn_and_tells_no_more_than_it_has() {
    let plain = encoded(&DynamicImage::from(RgbaImage::new(40, 20)), ImageFormat::WebP);
    let picture = plain[12..].to_vec();
    let about = |flags| webp_chunk(b"VP8X", &[flags, 0, 0, 0, 39, 0, 0, 19, 0, 0]);
    let secrets = [webp_chunk(b"XMP ", SECRET), webp_chunk(b"ODD ", &[SECRET, b"x"].concat())].concat();
    for (orientation, flags, kept) in
        [(6, 0x18, Some(webp_chunk(b"EXIF", &orientation::written(6)))), (1, 0x10, None)]
    {
        let written = webp_chunk(b"EXIF", &[orientation::EXIF, &exif(orientation)].concat());
        let whole =
            [webp(&[about(0x1c), picture.clone(), written, secrets.clone()]), SECRET.to_vec()].concat();
        let left = clean(&whole, "webp");
        assert_eq!(left, webp(&[about(flags), picture.clone(), kept.unwrap_or_default()]));
        assert!(looks_the_same(&whole, &left));
    }
    assert_eq!(stripped(&plain, "webp").unwrap(), (plain, false));
}

#[test]
fn a_gif_keeps_its_pictures_and_goes_on_moving() {
    let plain = encoded(&photo(4, 4), ImageFormat::Gif);
    let colours = 13 + if plain[10] & 0x80 == 0 { 0 } else { 3 << ((plain[10] & 7) + 1) };
    let (head, pictures) = plain.split_at(colours);
    let moving = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0".to_vec();
    let with = |blocks: &[Vec<u8>]| [head, &blocks.concat(), pictures].concat();
    let comment = [&[0x21, 0xfe, SECRET.len() as u8], SECRET, &[0]].concat();
    let program = [&[0x21, 0xff, 11], &b"XMP DataXMP"[..], &[3], b"GPS", &[0]].concat();
    let whole = [with(&[comment, moving.clone(), program]), b"GPS".to_vec()].concat();
    let left = clean(&whole, "gif");
    let own = plain.windows(11).any(|window| window == b"NETSCAPE2.0");
    assert_eq!(left, with(&[moving]), "{own}");
    let frames = |bytes: &[u8]| {
        image::codecs::gif::GifDecoder::new(io::Cursor::new(bytes.to_vec())).unwrap().into_frames().count()
    };
    assert_eq!(frames(&left), frames(&plain));
}

/// A picture whose list has a picture, a text of its camera, and XMP, the last two where it says.
fn listed(brand: &[u8; 4], way: u8, behind: &[u8]) -> Vec<u8> {
    let entry =
        |part: u8, kind: &[u8; 4]| boxed(b"infe", &[&[2, 0, 0, 0, 0, part, 0, 0], &kind[..], b"\0"].concat());
    let entries =
        [&[0, 0, 0, 0, 0, 3][..], &entry(1, b"hvc1"), &entry(2, b"Exif"), &entry(3, b"mime")].concat();
    let file = |offsets: [u32; 3]| {
        let place = |part: u8, way: u8, offset: u32, length: u32| {
            [&[0, part, 0, way, 0, 0, 0, 1][..], &offset.to_be_bytes(), &length.to_be_bytes()].concat()
        };
        let [picture, text, notes] = offsets;
        let places = [place(1, 0, picture, 7), place(2, way, text, 22), place(3, way, notes, 22)].concat();
        let places = [&[1, 0, 0, 0, 0x44, 0, 0, 3][..], &places].concat();
        let list = boxed(b"iprp", &boxed(b"ipco", &extent(40, 20)));
        let data = if way == 1 { boxed(b"idat", &[SECRET, SECRET].concat()) } else { Vec::new() };
        let meta = [vec![0; 4], boxed(b"iinf", &entries), boxed(b"iloc", &places), list, data].concat();
        let head =
            [boxed(b"ftyp", &[brand, &b"\0\0\0\0"[..], b"mif1"].concat()), boxed(b"meta", &meta)].concat();
        let start = head.len() as u32 + 8;
        ([head, boxed(b"mdat", &[b"picture", SECRET, SECRET].concat()), behind.to_vec()].concat(), start)
    };
    let (_, start) = file([0; 3]);
    let offsets = if way == 1 { [start, 0, 22] } else { [start, start + 7, start + 29] };
    file(offsets).0
}

#[test]
fn pictures_in_boxes_have_their_notes_blanked_where_they_lie() {
    for (brand, extension) in [(b"heic", "heic"), (b"avif", "avif")] {
        let whole = listed(brand, 0, b"");
        let left = clean(&whole, extension);
        assert_eq!(left.len(), whole.len());
        assert!(left.ends_with(&[&b"picture"[..], &[0; 44]].concat()));
    }
    let inside = listed(b"heic", 1, b"");
    // Those in the list, not what lies elsewhere.
    let (left, _) = stripped(&inside, "heic").unwrap();
    assert!(!tells(&left[..left.len() - 51]) && left.windows(7).any(|window| window == b"picture"));
}

#[test]
fn boxes_of_makers_and_what_stands_behind_all_boxes_go() {
    let maker =
        [boxed(b"mpvd", SECRET), boxed(b"uuid", SECRET), boxed(b"free", SECRET), b"SEFT GPS".to_vec()]
            .concat();
    let left = clean(&listed(b"heic", 0, &maker), "heic");
    assert_eq!(left.len(), listed(b"heic", 0, &maker).len() - 8);
    assert!(left.ends_with(&[boxed(b"free", &[0; 22]), boxed(b"free", &[0; 22])].concat()));
    let film = boxed(b"moov", &boxed(b"udta", SECRET));
    assert!(clean(&listed(b"avif", 0, &film), "avif").ends_with(&boxed(b"moov", &boxed(b"free", &[0; 22]))));
}

#[test]
fn a_list_that_leads_out_of_the_file_or_in_circles_is_refused() {
    let whole = listed(b"heic", 0, b"");
    let at = whole.windows(4).position(|window| window == 22_u32.to_be_bytes()).unwrap();
    for length in [u32::MAX, whole.len() as u32] {
        let lying = [&whole[..at], &length.to_be_bytes(), &whole[at + 4..]].concat();
        assert!(matches!(stripped(&lying, "heic"), Err(Flaw::Wrong)), "{length}");
    }
}

#[test]
fn a_picture_that_was_meant_to_harm_does_not_become_a_harmless_one() {
    let harmful = jpeg(&[segment(0xfe, b"<script>alert(1)</script>")]);
    assert!(matches!(stripped(&harmful, "jpg"), Err(Flaw::Wrong)));
}

proptest! {
    #[test]
    fn nothing_that_a_picture_holds_makes_it_panic_or_grow(
        which in 0_usize..6,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let samples = [
            (jpeg(&[with_exif(6), segment(0xfe, SECRET)]), "jpg"),
            (png(&[chunk(b"eXIf", &exif(3)), chunk(b"tEXt", SECRET)]), "png"),
            (encoded(&photo(4, 4), ImageFormat::Gif), "gif"),
            (webp(&[webp_chunk(b"VP8X", &[12, 0, 0, 0, 3, 0, 0, 3, 0, 0]), webp_chunk(b"EXIF", &exif(6))]), "webp"),
            (listed(b"heic", 0, &boxed(b"uuid", SECRET)), "heic"),
            (listed(b"avif", 1, &boxed(b"moov", &boxed(b"udta", SECRET))), "avif"),
        ];
        let (mut sample, extension) = samples[which].clone();
        for (place, byte) in changes {
            let place = place.index(sample.len());
            sample[place] = byte;
        }
        if is_cut {
            sample.truncate(cut.index(sample.len()));
        }
        if let Ok((left, _)) = stripped(&sample, extension) {
            prop_assert!(left.len() <= sample.len() + 60);
        }
    }
}
