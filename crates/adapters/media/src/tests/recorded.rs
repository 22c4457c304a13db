//! What browsers and telephones record, as they write it.

use super::*;

fn seconds(bytes: &[u8], extension: &str) -> Option<u64> {
    looked_into(bytes, extension).unwrap().seconds
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A track with what fragments need: its number, and its units a second.
fn numbered(id: u32, scale: u32, kind: &[u8; 4]) -> Vec<u8> {
    let handler = boxed(b"hdlr", &[&[0; 8][..], kind, &[0; 12]].concat());
    let media = [boxed(b"mdhd", &numbers(&[0, 0, 0, scale, 0, 0])), handler].concat();
    boxed(b"trak", &[boxed(b"tkhd", &numbers(&[0, 0, 0, id])), boxed(b"mdia", &media)].concat())
}

/// A film in fragments as Safari records it: nothing at its beginning tells how long it is.
fn recording(extends: &[Vec<u8>], fragments: &[Vec<u8>]) -> Vec<u8> {
    let extends = [vec![boxed(b"trex", &numbers(&[0, 1, 1, 480, 0, 0]))], extends.to_vec()].concat().concat();
    let film = [header(600, 0), numbered(1, 48_000, b"soun"), boxed(b"mvex", &extends)].concat();
    [boxed(b"ftyp", b"iso5\0\0\0\0isomiso5hlsf"), boxed(b"moov", &film), fragments.concat()].concat()
}

fn fragment(header: &[u32], run: &[u32]) -> Vec<u8> {
    let track = [boxed(b"tfhd", &numbers(header)), boxed(b"trun", &numbers(run))].concat();
    let fragment = [boxed(b"mfhd", &numbers(&[0, 1])), boxed(b"traf", &track)].concat();
    [boxed(b"moof", &fragment), boxed(b"mdat", &[1; 50])].concat()
}

#[test]
fn the_length_of_a_recording_in_fragments_is_that_of_its_samples() {
    // Each sample tells its length, and its size.
    let told = fragment(&[0, 1], &[0x0000_0301, 2, 0, 48_000, 9, 24_000, 9]);
    assert_eq!(seconds(&recording(&[], &[told.clone(), told.clone()]), "m4a"), Some(3));
    // The fragment tells it for all of them.
    let common = fragment(&[0x0002_0008, 1, 4_800], &[0, 15]);
    assert_eq!(seconds(&recording(&[], &[common]), "m4a"), Some(2));
    // The beginning does.
    assert_eq!(seconds(&recording(&[], &[fragment(&[0, 1], &[0, 250])]), "m4a"), Some(3));
    // A track that nobody described tells nothing.
    assert!(is_wrong(&recording(&[], &[fragment(&[0, 7], &[0, 250])]), "m4a"));
    assert!(is_wrong(&recording(&[], &[]), "m4a"));
}

#[test]
fn whatever_tells_the_longest_counts() {
    let short = fragment(&[0, 1], &[0, 10]);
    let told = boxed(b"mehd", &numbers(&[0, 2_500]));
    assert_eq!(seconds(&recording(&[told], std::slice::from_ref(&short)), "m4a"), Some(5));
    let index = boxed(b"sidx", &numbers(&[0, 1, 1000, 5_000, 0, 2, 9, 1500, 0, 9, 1600, 0]));
    assert_eq!(seconds(&recording(&[], &[index, short]), "m4a"), Some(4), "wherever it begins");
    let lying = boxed(b"mehd", &numbers(&[0, 600]));
    let long = fragment(&[0, 1], &[0, 100 * 100]);
    assert_eq!(seconds(&recording(&[lying], &[long]), "m4a"), Some(100));
}

#[test]
fn a_run_of_samples_is_not_believed_to_be_longer_than_its_box() {
    assert!(is_wrong(&recording(&[], &[fragment(&[0, 1], &[0x100, u32::MAX, 1])]), "m4a"));
}

/// A page of Ogg with these packets, each shorter than 255 bytes.
pub(super) fn page(flags: u8, position: u64, packets: &[&[u8]]) -> Vec<u8> {
    let mut page = [b"OggS\0", &[flags][..], &position.to_le_bytes(), &[7, 0, 0, 0], &[0; 8]].concat();
    page.push(packets.len() as u8);
    page.extend(packets.iter().map(|packet| packet.len() as u8));
    page.extend(packets.concat());
    page
}

const OPUS: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
/// A packet that plays for 20 ms.
const PACKET: &[u8] = &[0xf8, 1, 2, 3];

pub(super) fn ogg() -> Vec<u8> {
    let second = vec![PACKET; 50];
    let pages: Vec<u8> = (1..=3).flat_map(|at| page(0, at * 48_000, &second)).collect();
    [page(2, 0, &[OPUS]), page(0, 0, &[b"OpusTags\0\0\0\0\0\0\0\0"]), pages].concat()
}

#[test]
fn a_voice_in_ogg_plays_to_its_last_position_and_not_less_than_its_packets() {
    assert_eq!(seconds(&ogg(), "ogg"), Some(3));
    assert_eq!(seconds(&ogg(), "opus"), Some(3));
    // One that says it is over at once.
    let long = page(0, 1000, &vec![PACKET; 250]);
    let lying = [page(2, 0, &[OPUS]), page(0, 0, &[b"OpusTags"]), long.clone(), long].concat();
    assert_eq!(seconds(&lying, "ogg"), Some(10));
    let vorbis = b"\x01vorbis\0\0\0\0\x01\x44\xac\0\0";
    let sound = [page(2, 0, &[vorbis]), page(0, 88_200, &[&[1; 50]])].concat();
    assert_eq!(seconds(&sound, "ogg"), Some(2));
    for other in
        [page(2, 0, &[b"\x80theora"]), page(2, 0, &[OPUS]), b"OggS".to_vec(), page(2, 0, &[b"OpusHead"])]
    {
        assert!(is_wrong(&other, "ogg"), "{other:?}");
    }
}

pub(super) fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &[0x40 | (content.len() >> 8) as u8, content.len() as u8], content].concat()
}

/// WebM as Chrome records it: segment and clusters of unknown size, no length. Each block is 20 ms after the last.
pub(super) fn webm(kind: u8, info: &[u8], clusters: &[(u16, usize)]) -> Vec<u8> {
    const UNKNOWN: &[u8] = &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let track = [element(&[0xd7], &[1]), element(&[0x83], &[kind]), element(&[0x86], b"A_OPUS")].concat();
    let mut file = element(&webm::MARK, &element(&[0x42, 0x82], b"webm"));
    file.extend([&[0x18, 0x53, 0x80, 0x67], UNKNOWN].concat());
    file.extend(element(
        &[0x15, 0x49, 0xa9, 0x66],
        &[&element(&[0x2a, 0xd7, 0xb1], &[0x0f, 0x42, 0x40]), info].concat(),
    ));
    file.extend(element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track)));
    for (begin, blocks) in clusters {
        file.extend([&[0x1f, 0x43, 0xb6, 0x75], UNKNOWN].concat());
        file.extend(element(&[0xe7], &begin.to_be_bytes()));
        for block in 0..*blocks {
            let time = (block as u16 * 20).to_be_bytes();
            file.extend(element(&[0xa3], &[&[0x81], &time[..], &[0x80], PACKET].concat()));
        }
    }
    file
}

#[test]
fn a_voice_in_webm_plays_to_the_end_of_its_last_block_though_nothing_tells_its_length() {
    use FileKind::{Audio, Video};
    let voice = webm(2, &[], &[(1000, 50), (2000, 50)]);
    assert_eq!(seconds(&voice, "webm"), Some(2), "and it begins with its first block");
    assert_eq!(seconds(&webm(2, &[], &[(0, 51)]), "webm"), Some(2));
    let told = element(&[0x44, 0x89], &4321.0_f64.to_be_bytes());
    assert_eq!(seconds(&webm(2, &told, &[(0, 1)]), "webm"), Some(5));
    for lie in [f64::NAN, f64::INFINITY, -1.0] {
        let told = element(&[0x44, 0x89], &lie.to_be_bytes());
        assert_eq!(seconds(&webm(2, &told, &[(0, 1)]), "webm"), Some(1));
    }
    // A recording that was cut off.
    assert_eq!(seconds(&voice[..voice.len() - 3], "webm"), Some(2));
    assert!(is_wrong(&webm(2, &[], &[]), "webm"));
    let kind =
        |bytes: &[u8]| recognise::recognise(&file(bytes), Audio).unwrap().first().map(|form| form.kind);
    assert_eq!((kind(&voice), kind(&webm(1, &[], &[(0, 1)]))), (Some(Audio), Some(Video)));
    assert_eq!(kind(&webm(17, &[], &[(0, 1)])), None, "subtitles are no sound");
}

/// A frame of ADTS at 16 kHz: 1024 samples.
fn adts(frames: usize) -> Vec<u8> {
    [&[0xff, 0xf1, 0x60, 0x40, 0x04, 0x1f, 0xfc][..], &[0; 25]].concat().repeat(frames)
}

#[test]
fn voices_of_telephones_have_the_length_of_their_frames() {
    assert_eq!(seconds(&adts(32), "aac"), Some(3));
    assert_eq!(seconds(&[b"ID3\x04\0\0\0\0\0\x05abcde".to_vec(), adts(10)].concat(), "aac"), Some(1));
    assert_eq!(extensions(&adts(10), FileKind::Document), ["aac"], "and are no MP3");
    let narrow = [&b"#!AMR\n"[..], &[[0x3c].as_slice(), &[0; 31]].concat().repeat(101)].concat();
    assert_eq!(seconds(&narrow, "amr"), Some(3));
    let wide = [&b"#!AMR-WB\n"[..], &[[0x44].as_slice(), &[0; 60]].concat().repeat(50)].concat();
    assert_eq!(seconds(&wide, "amr"), Some(1));
    for wrong in [&b"#!AMR\n"[..], b"#!AMR\n\x7c\x4c", b"#!AMR"] {
        assert!(is_wrong(wrong, "amr"), "{wrong:?}");
    }
    for wrong in [adts(1), [adts(3), vec![0; 500]].concat(), vec![0xff; 5000]] {
        assert!(is_wrong(&wrong, "aac"));
    }
}

#[test]
fn what_telephones_film_is_a_film_and_what_has_no_picture_a_sound() {
    let of = |brand: &[u8; 4], tracks: &[&[u8; 4]]| {
        let parts = [vec![header(10, 10)], tracks.iter().map(|kind| track(kind)).collect()].concat();
        extensions(&film(brand, &parts), FileKind::Video)
    };
    assert_eq!(of(b"isom", &[b"vide", b"soun"]), ["mp4", "m4a"]);
    assert_eq!(of(b"isom", &[b"vide"]), ["mp4"]);
    assert_eq!(of(b"M4A ", &[b"soun"]), ["m4a"]);
    assert_eq!(of(b"qt  ", &[b"vide"]), ["mov"]);
    assert_eq!(of(b"3gp4", &[b"soun"]), ["3gp", "m4a"]);
    assert_eq!(of(b"3gp4", &[b"vide"]), ["3gp", "mp4"]);
    assert!(of(b"isom", &[b"text"]).is_empty());
}

proptest! {
    #[test]
    fn no_recording_however_garbled_or_cut_makes_a_reader_panic_or_last(
        which in 0_usize..6,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
    ) {
        let index = boxed(b"sidx", &numbers(&[0, 1, 1000, 5_000, 0, 2, 9, 1500, 0, 9, 1600, 0]));
        let run = fragment(&[0, 1], &[0x0000_0301, 2, 0, 48_000, 9, 24_000, 9]);
        let samples = [
            (recording(&[boxed(b"mehd", &numbers(&[0, 2_500]))], &[index, run]), "m4a"),
            (ogg(), "ogg"),
            (webm(2, &element(&[0x44, 0x89], &1.5_f64.to_be_bytes()), &[(0, 3), (60, 3)]), "webm"),
            (adts(5), "aac"),
            ([&b"#!AMR\n"[..], &[0x3c; 70]].concat(), "amr"),
            (heic(&[extent(9, 9), boxed(b"clap", &[0; 32])]), "heic"),
        ];
        let (mut sample, extension) = samples[which].clone();
        for (place, byte) in changes {
            let place = place.index(sample.len());
            sample[place] = byte;
        }
        let begun = std::time::Instant::now();
        for end in [sample.len(), cut.index(sample.len())] {
            let _ = looked_into(&sample[..end], extension);
            let _ = inspect(&file(&sample[..end]), extension);
        }
        prop_assert!(begun.elapsed() < Duration::from_secs(2));
    }
}
