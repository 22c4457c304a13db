//! How long an MP3 file plays: its frames are counted, since what its headers say may be anything.

use std::io::{BufRead, Read, Seek, SeekFrom};

use crate::Flaw;
use crate::reader::bytes;

/// How far behind the tags the first frame may begin.
const LEAD: u64 = 64 * 1024;
/// Frames that must follow each other before anything is taken for sound.
const FEWEST: u64 = 2;
/// Tags and the like that may follow the sound.
const TRAIL: u64 = 1024 * 1024;

/// Kilobits a second of layer III: of MPEG 1, and of MPEG 2 and 2.5.
const BIT_RATES: [[u32; 16]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
];
const SAMPLE_RATES: [u32; 4] = [44_100, 48_000, 32_000, 0];

struct Frame {
    /// Bytes to the next frame.
    length: u64,
    samples: u64,
    rate: u64,
}

impl Frame {
    /// Reads the four bytes every frame begins with.
    fn of(header: [u8; 4]) -> Option<Self> {
        let [first, second, third, _] = header;
        let is_frame = first == 0xff && second & 0xe0 == 0xe0 && second & 0x06 == 0x02;
        let (old, divisor) = match (second >> 3) & 3 {
            3 => (false, 1),
            2 => (true, 2),
            0 => (true, 4),
            _ => return None,
        };
        let bit_rate = *BIT_RATES.get(usize::from(old))?.get(usize::from(third >> 4))? * 1000;
        let rate = *SAMPLE_RATES.get(usize::from((third >> 2) & 3))? / divisor;
        if !is_frame || bit_rate == 0 || rate == 0 {
            return None;
        }
        let samples: u32 = if old { 576 } else { 1152 };
        let length = samples / 8 * bit_rate / rate + u32::from((third >> 1) & 1);
        Some(Self { length: length.into(), samples: samples.into(), rate: rate.into() })
    }
}

/// Seconds, rounded up.
pub(crate) fn seconds(reader: &mut (impl BufRead + Seek), size: u64) -> Result<u64, Flaw> {
    let start = behind_tag(reader)?;
    let mut at = start;
    while at < start + LEAD {
        if let Some((seconds, end)) = sound(reader, at, size)? {
            // Sound with much else behind it is something else that begins like sound.
            let is_most = size.saturating_sub(end) <= TRAIL.min(end - at + 4096);
            return if is_most { Ok(seconds) } else { Err(Flaw::Wrong) };
        }
        at += 1;
        if at + 4 > size {
            break;
        }
    }
    Err(Flaw::Wrong)
}

/// Where an ID3 tag at the beginning ends.
pub(crate) fn behind_tag(reader: &mut (impl Read + Seek)) -> Result<u64, Flaw> {
    let [i, d, three, _, _, _, a, b, c, e] = bytes::<10>(reader)?;
    if [i, d, three] != *b"ID3" {
        return Ok(0);
    }
    Ok([a, b, c, e].iter().fold(0, |length, byte| length << 7 | u64::from(byte & 0x7f)) + 10)
}

/// How long the frames play that follow each other from there on, and where they end; `None` if they are too few.
fn sound(reader: &mut (impl Read + Seek), start: u64, size: u64) -> Result<Option<(u64, u64)>, Flaw> {
    let (mut at, mut frames, mut micros) = (start, 0_u64, 0_u64);
    reader.seek(SeekFrom::Start(start))?;
    while at + 4 <= size {
        let Some(frame) = Frame::of(bytes(reader)?) else { break };
        at += frame.length;
        frames += 1;
        micros += frame.samples * 1_000_000 / frame.rate;
        skip(reader, frame.length.saturating_sub(4))?;
    }
    Ok((frames >= FEWEST).then(|| (micros.div_ceil(1_000_000), at.min(size))))
}

/// Frames are short: reading on costs less than moving, which would throw away what is read ahead.
fn skip(reader: &mut impl Read, length: u64) -> Result<(), Flaw> {
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    Ok(())
}
