//! How long AMR plays, as telephones record voices: every frame is a fiftieth of a second.

use std::io::{BufRead, Seek};

use crate::Flaw;
use crate::reader::{head, skip};

/// What a file begins with: narrow, and wide.
pub(crate) const NARROW: &[u8] = b"#!AMR\n";
pub(crate) const WIDE: &[u8] = b"#!AMR-WB\n";
/// Bytes of a frame behind its first, by its type; types that are not listed do not exist.
const NARROW_BYTES: [Option<u64>; 16] = [
    Some(12),
    Some(13),
    Some(15),
    Some(17),
    Some(19),
    Some(20),
    Some(26),
    Some(31),
    Some(5),
    None,
    None,
    None,
    None,
    None,
    None,
    Some(0),
];
const WIDE_BYTES: [Option<u64>; 16] = [
    Some(17),
    Some(23),
    Some(32),
    Some(36),
    Some(40),
    Some(46),
    Some(50),
    Some(58),
    Some(60),
    Some(5),
    None,
    None,
    None,
    None,
    Some(0),
    Some(0),
];
const FRAMES_A_SECOND: u64 = 50;

/// Seconds, rounded up.
pub(crate) fn seconds(reader: &mut (impl BufRead + Seek)) -> Result<u64, Flaw> {
    let start = head(reader, WIDE.len() as u64)?;
    let (sizes, mark) = if start == WIDE { (WIDE_BYTES, WIDE) } else { (NARROW_BYTES, NARROW) };
    if !start.starts_with(mark) {
        return Err(Flaw::Wrong);
    }
    reader.seek(std::io::SeekFrom::Start(mark.len() as u64))?;
    let mut frames = 0_u64;
    while let Some(first) = head(reader, 1)?.first() {
        let size = sizes.get(usize::from(first >> 3 & 0xf)).copied().flatten().ok_or(Flaw::Wrong)?;
        skip(reader, size)?;
        frames += 1;
    }
    if frames == 0 { Err(Flaw::Wrong) } else { Ok(frames.div_ceil(FRAMES_A_SECOND)) }
}
