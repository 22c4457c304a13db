//! How long a WAV file plays.

use std::io::{Read, Seek, SeekFrom};

use crate::Flaw;
use crate::reader::bytes;

/// Chunks that are looked at before giving up.
const CHUNKS: usize = 1000;

/// Seconds, rounded up: bytes of sound by bytes a second. What the file says of its length is bounded by the file.
pub(crate) fn seconds(reader: &mut (impl Read + Seek), size: u64) -> Result<u64, Flaw> {
    let [r, i, f, fm, _, _, _, _, w, a, v, e] = bytes::<12>(reader)?;
    if [r, i, f, fm] != *b"RIFF" || [w, a, v, e] != *b"WAVE" {
        return Err(Flaw::Wrong);
    }
    let (mut at, mut rate) = (12_u64, None);
    for _ in 0..CHUNKS {
        reader.seek(SeekFrom::Start(at))?;
        let name = bytes::<4>(reader)?;
        let length = u64::from(u32::from_le_bytes(bytes(reader)?));
        at += 8;
        match (&name, rate) {
            (b"fmt ", _) if length >= 16 => {
                let [_, _, _, _, _, _, _, _, a, b, c, d, ..] = bytes::<16>(reader)?;
                rate = Some(u64::from(u32::from_le_bytes([a, b, c, d]))).filter(|rate| *rate > 0);
            }
            (b"data", Some(rate)) => return Ok(length.min(size.saturating_sub(at)).div_ceil(rate)),
            _ => {}
        }
        // Chunks begin at even places.
        at += length + length % 2;
    }
    Err(Flaw::Wrong)
}
