//! WebM: what a file holds, and how long it plays. Browsers write it while they record: without a length, and with parts
//! whose size they did not know when they began them.

use std::io::{BufRead, Read, Seek};

use crate::film::Tracks;
use crate::reader::{bytes, head, skip};
use crate::{Flaw, opus};

/// What every file begins with.
pub(crate) const MARK: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
/// Elements that are looked at before giving up. An hour of sound and pictures has a tenth.
const ELEMENTS: usize = 3_000_000;
/// Longest number or name that is read, in bytes.
const VALUE_BYTES: u64 = 32;
/// A length that a recorder did not know.
const UNKNOWN: u64 = u64::MAX;
/// The longest time that is believed: a hundred years.
const MICROS: f64 = 3.2e15;

/// Elements by their number (RFC 9559). Those that hold others are gone into: where they end does not matter.
mod element {
    pub(super) const HEAD: u32 = 0x1a45_dfa3;
    pub(super) const KIND: u32 = 0x4282;
    pub(super) const HOLDING: [u32; 7] = [HEAD, 0x1853_8067, 0x1549_a966, 0x1654_ae6b, TRACK, CLUSTER, 0xa0];
    pub(super) const SCALE: u32 = 0x002a_d7b1;
    pub(super) const DURATION: u32 = 0x4489;
    pub(super) const TRACK: u32 = 0xae;
    pub(super) const TRACK_NUMBER: u32 = 0xd7;
    pub(super) const TRACK_KIND: u32 = 0x83;
    pub(super) const CODEC: u32 = 0x86;
    pub(super) const CLUSTER: u32 = 0x1f43_b675;
    pub(super) const TIME: u32 = 0xe7;
    pub(super) const SIMPLE_BLOCK: u32 = 0xa3;
    pub(super) const BLOCK: u32 = 0xa1;
}

#[derive(Default)]
struct Film {
    is_webm: bool,
    /// Nanoseconds in a unit of time.
    scale: Option<u64>,
    /// Units of time that it says it plays.
    told: f64,
    tracks: Tracks,
    /// The number of the track that is described, and of one with Opus.
    track: u64,
    opus: Option<u64>,
    /// Where the current cluster begins, in units of time.
    cluster: u64,
    first: Option<u64>,
    /// The end of the last block, in microseconds.
    end: u64,
}

/// What a file holds that begins like WebM; an error if it is something else.
pub(crate) fn kinds(reader: &mut (impl BufRead + Seek), size: u64) -> Result<Tracks, Flaw> {
    let film = read(reader, size, |id| id == element::CLUSTER)?;
    if film.is_webm { Ok(film.tracks) } else { Err(Flaw::Wrong) }
}

/// Seconds, rounded up: by its blocks, unless it says that it plays longer.
pub(crate) fn seconds(reader: &mut (impl BufRead + Seek), size: u64) -> Result<u64, Flaw> {
    let film = read(reader, size, |_| false)?;
    let scale = film.scale();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounded"
    )]
    let told = (film.told * scale as f64 / 1000.0).clamp(0.0, MICROS).ceil() as u64;
    let blocks = film.end.saturating_sub(film.first.unwrap_or(0));
    let longest = told.max(blocks);
    if film.is_webm && longest > 0 { Ok(longest.div_ceil(1_000_000)) } else { Err(Flaw::Wrong) }
}

fn read(
    reader: &mut (impl BufRead + Seek),
    size: u64,
    is_enough: impl Fn(u32) -> bool,
) -> Result<Film, Flaw> {
    let mut film = Film::default();
    for _ in 0..ELEMENTS {
        // A recording that was cut off ends somewhere in its last block.
        let Some((id, length)) = begin(reader)? else { return Ok(film) };
        if is_enough(id) {
            return Ok(film);
        }
        if element::HOLDING.contains(&id) {
            film.go_into(id);
            continue;
        }
        if length > size {
            return if film.first.is_some() { Ok(film) } else { Err(Flaw::Wrong) };
        }
        let start = head(reader, length.min(VALUE_BYTES))?;
        film.take(id, length, &start);
        skip(reader, length - start.len() as u64)?;
    }
    Err(Flaw::Wrong)
}

/// The number and the length of the next element; `None` at the end.
fn begin(reader: &mut impl Read) -> Result<Option<(u32, u64)>, Flaw> {
    let id = number(reader, 4, false)?;
    let length = match id {
        Some(_) => number(reader, 8, true)?,
        None => None,
    };
    Ok(id.zip(length).and_then(|(id, length)| Some((u32::try_from(id).ok()?, length))))
}

/// A number that tells by its first bits how long it is, with these bits or without. `None` at the end.
fn number(reader: &mut impl Read, longest: u32, is_plain: bool) -> Result<Option<u64>, Flaw> {
    let Some(first) = head(reader, 1)?.first().copied() else { return Ok(None) };
    let more = first.leading_zeros();
    if more >= longest {
        return Err(Flaw::Wrong);
    }
    let rest = head(reader, more.into())?;
    if rest.len() < more as usize {
        return Ok(None);
    }
    let marked = rest.iter().fold(u64::from(first), |number, byte| number << 8 | u64::from(*byte));
    let mark = 1_u64 << (7 * (more + 1));
    let plain = marked & (mark - 1);
    Ok(Some(match is_plain {
        true if plain == mark - 1 => UNKNOWN,
        true => plain,
        false => marked,
    }))
}

impl Film {
    fn scale(&self) -> u64 {
        self.scale.unwrap_or(1_000_000)
    }

    fn go_into(&mut self, id: u32) {
        match id {
            element::TRACK => self.track = 0,
            element::CLUSTER => self.cluster = 0,
            _ => {}
        }
    }

    /// Notes an element by how it begins.
    fn take(&mut self, id: u32, length: u64, start: &[u8]) {
        let number = || start.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        match id {
            element::KIND => self.is_webm = start.trim_ascii_end().starts_with(b"webm"),
            element::SCALE => self.scale = Some(number()).filter(|scale| *scale > 0),
            element::DURATION => self.told = float(start).unwrap_or(0.0),
            element::TRACK_NUMBER => self.track = number(),
            element::TRACK_KIND => {
                self.tracks.picture |= number() == 1;
                self.tracks.sound |= number() == 2;
            }
            element::CODEC if start == b"A_OPUS" => self.opus = Some(self.track),
            element::TIME => self.cluster = number(),
            element::SIMPLE_BLOCK | element::BLOCK if length >= 4 => self.block(start),
            _ => {}
        }
    }

    /// A block tells when it begins, counted from its cluster; one of Opus also how long it plays.
    fn block(&mut self, start: &[u8]) {
        let mut rest = start;
        let Ok(Some(track)) = number(&mut rest, 8, true) else { return };
        let Ok([high, low, flags]) = bytes::<3>(&mut rest) else { return };
        let time = self.cluster.saturating_add_signed(i16::from_be_bytes([high, low]).into());
        let micros = u128::from(time) * u128::from(self.scale()) / 1000;
        let micros = u64::try_from(micros).unwrap_or(u64::MAX);
        let is_alone = flags & 0b110 == 0;
        let plays = if is_alone && self.opus.is_some_and(|opus| opus == track || opus == 0) {
            opus::micros(rest)
        } else {
            0
        };
        self.first = Some(self.first.map_or(micros, |first| first.min(micros)));
        self.end = self.end.max(micros.saturating_add(plays));
    }
}

fn float(start: &[u8]) -> Option<f64> {
    let value = match start.len() {
        4 => start.try_into().ok().map(f32::from_be_bytes).map(f64::from),
        8 => start.try_into().ok().map(f64::from_be_bytes),
        _ => None,
    };
    value.filter(|value| value.is_finite() && *value > 0.0)
}
