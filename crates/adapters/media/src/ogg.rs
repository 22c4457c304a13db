//! How long sounds in Ogg play: the voice messages of Firefox, Telegram and WhatsApp (Opus), and Vorbis.

use std::io::Read;

use crate::Flaw;
use crate::film::Length;
use crate::opus;
use crate::reader::{bytes, head};

/// Microseconds.
const SECOND: u64 = 1_000_000;
/// What every page begins with.
const PAGE: &[u8; 4] = b"OggS";
/// A page that goes on with what the last one began.
const GOES_ON: u8 = 1;
/// Units in a second of what Opus tells, whatever was recorded.
const OPUS_RATE: u64 = 48_000;
/// The position of a page on which nothing ends.
const NO_POSITION: u64 = u64::MAX;

/// What was found at the beginning: the number of the stream, its units a second, and those that are not played.
struct Sound {
    stream: u32,
    rate: u64,
    unplayed: u64,
    is_opus: bool,
}

struct Page {
    flags: u8,
    position: u64,
    stream: u32,
    /// Lengths of the pieces of its packets; one of 255 goes on in the next.
    pieces: Vec<u8>,
}

impl Page {
    /// The next page's header; `None` where there is none.
    fn next(reader: &mut impl Read) -> Result<Option<Self>, Flaw> {
        let start = head(reader, 27)?;
        let Some((mark, mut rest)) = start.split_first_chunk::<4>() else { return Ok(None) };
        if mark != PAGE {
            return Ok(None);
        }
        let [_, flags] = bytes(&mut rest)?;
        let position = u64::from_le_bytes(bytes(&mut rest)?);
        let stream = u32::from_le_bytes(bytes(&mut rest)?);
        bytes::<8>(&mut rest)?;
        let [pieces] = bytes(&mut rest)?;
        let pieces = head(reader, pieces.into())?;
        Ok(Some(Self { flags, position, stream, pieces }))
    }

    fn length(&self) -> u64 {
        self.pieces.iter().map(|piece| u64::from(*piece)).sum()
    }

    /// How long the packets of Opus last that begin on this page.
    fn micros(&self, content: &[u8]) -> u64 {
        let (mut begins, mut rest, mut micros) = (self.flags & GOES_ON == 0, content, 0);
        for piece in &self.pieces {
            let (packet, behind) = rest.split_at_checked(usize::from(*piece)).unwrap_or((rest, &[]));
            micros += if begins { opus::micros(packet) } else { 0 };
            (begins, rest) = (*piece < 255, behind);
        }
        micros
    }
}

/// Seconds, rounded up, by the position at which the sound ends, unless its packets play longer than that.
pub(crate) fn seconds(reader: &mut impl Read) -> Result<u64, Flaw> {
    let (mut sound, mut last, mut packets): (Option<Sound>, u64, u64) = (None, 0, 0);
    while let Some(page) = Page::next(reader)? {
        let content = head(reader, page.length())?;
        match &sound {
            None if page.flags & GOES_ON == 0 => sound = described(&content, page.stream)?,
            Some(sound) if sound.stream == page.stream => {
                if page.position != NO_POSITION {
                    last = last.max(page.position);
                }
                if sound.is_opus && !content.starts_with(b"OpusTags") {
                    packets = packets.saturating_add(page.micros(&content));
                }
            }
            _ => {}
        }
    }
    let sound = sound.ok_or(Flaw::Wrong)?;
    let told = Length { units: last.saturating_sub(sound.unplayed), scale: sound.rate }.micros();
    // The end of the last packet may be left out, no more.
    let micros = if packets > told.saturating_add(SECOND) { packets } else { told };
    if micros == 0 { Err(Flaw::Wrong) } else { Ok(micros.div_ceil(SECOND)) }
}

/// What the first page of a stream says it holds; `None` if it is no sound that is known here.
fn described(content: &[u8], stream: u32) -> Result<Option<Sound>, Flaw> {
    if let Some(mut rest) = content.strip_prefix(b"OpusHead") {
        bytes::<2>(&mut rest)?;
        let unplayed = u16::from_le_bytes(bytes(&mut rest)?).into();
        return Ok(Some(Sound { stream, rate: OPUS_RATE, unplayed, is_opus: true }));
    }
    if let Some(mut rest) = content.strip_prefix(b"\x01vorbis") {
        bytes::<5>(&mut rest)?;
        let rate = u32::from_le_bytes(bytes(&mut rest)?);
        return match rate {
            0 => Err(Flaw::Wrong),
            rate => Ok(Some(Sound { stream, rate: rate.into(), unplayed: 0, is_opus: false })),
        };
    }
    Ok(None)
}
