//! How long AAC in ADTS frames plays, as Android's recorder writes it: its frames are counted.

use std::io::{BufRead, Seek, SeekFrom};

use crate::Flaw;
use crate::mp3::behind_tag;
use crate::reader::{bytes, skip};

/// Frames that must follow each other before anything is taken for sound.
const FEWEST: u64 = 2;
/// Samples of a block.
const SAMPLES: u64 = 1024;
const HEADER: u64 = 7;
const RATES: [u64; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// Bytes to the next frame, and how long this one plays in nanoseconds.
fn frame(header: [u8; 7]) -> Option<(u64, u64)> {
    let [a, b, c, d, e, f, g] = header;
    if a != 0xff || b & 0xf6 != 0xf0 {
        return None;
    }
    let rate = RATES.get(usize::from(c >> 2 & 0xf))?;
    let length = u64::from(d & 3) << 11 | u64::from(e) << 3 | u64::from(f >> 5);
    let blocks = u64::from(g & 3) + 1;
    (length >= HEADER).then(|| (length, blocks * SAMPLES * 1_000_000_000 / rate))
}

/// Seconds, rounded up. Behind the sound there may be little else.
pub(crate) fn seconds(reader: &mut (impl BufRead + Seek), size: u64) -> Result<u64, Flaw> {
    let start = behind_tag(reader)?;
    reader.seek(SeekFrom::Start(start))?;
    let (mut at, mut frames, mut nanos) = (start, 0, 0_u64);
    while at + HEADER <= size {
        let Some((length, plays)) = frame(bytes(reader)?) else { break };
        frames += 1;
        nanos = nanos.saturating_add(plays);
        at += length;
        skip(reader, length - HEADER)?;
    }
    let is_most = size.saturating_sub(at) <= at - start;
    if frames >= FEWEST && is_most { Ok(nanos.div_ceil(1_000_000_000)) } else { Err(Flaw::Wrong) }
}
