//! The length of films that were written while they were recorded: in fragments, each of which tells how long its parts last.

use std::io::{Read, Seek};

use crate::Flaw;
use crate::boxes::{Boxed, Found};
use crate::film::{Length, length, tracks};
use crate::reader::{bytes, head, u32_be, u64_be};

/// Flags of a fragment's track (ISO 14496-12, 8.8.7): what stands in its header.
const HAS_OFFSET: u32 = 0x1;
const HAS_DESCRIPTION: u32 = 0x2;
const HAS_DURATION: u32 = 0x8;
/// Flags of a run of samples (8.8.8): what stands before them, and that each tells its length.
const RUN_HAS_OFFSET: u32 = 0x1;
const RUN_HAS_FIRST_FLAGS: u32 = 0x4;
const SAMPLES_HAVE_DURATION: u32 = 0x100;
const OF_SAMPLES: u32 = 0xf00;

struct Track {
    id: u32,
    /// Units in a second.
    scale: u64,
    /// How long a sample lasts where nothing else is said.
    sample: u32,
    units: u64,
}

/// What an index tells: where the time begins and ends.
#[derive(Default)]
struct Index(Option<(u64, u64)>);

/// How long the fragments of a film last in microseconds, by whatever tells the longest; 0 if there are none. `scale` is that
/// of the film.
pub(crate) fn micros<R: Read + Seek>(
    file: &mut Boxed<R>,
    size: u64,
    film: &Found,
    scale: u64,
) -> Result<u64, Flaw> {
    let Some(extends) = file.look_for(film.part(), b"mvex")? else { return Ok(0) };
    let told = told(file, &extends)?;
    let mut tracks = described(file, film, &extends)?;
    let mut index = Index::default();
    file.each((0, size), |file, found| match &found.name {
        b"sidx" => index.read(file, &found),
        b"moof" => file.each(found.part(), |file, part| match &part.name {
            b"traf" => add(file, &part, &mut tracks),
            _ => Ok(()),
        }),
        _ => Ok(()),
    })?;
    let sampled = tracks.iter().map(|track| Length { units: track.units, scale: track.scale }.micros()).max();
    let (from, to) = index.0.unwrap_or_default();
    Ok(Length { units: told, scale }.micros().max(sampled.unwrap_or(0)).max(to.saturating_sub(from)))
}

/// The length of all fragments, for who knew it beforehand.
fn told<R: Read + Seek>(file: &mut Boxed<R>, extends: &Found) -> Result<u64, Flaw> {
    let Some(header) = file.look_for(extends.part(), b"mehd")? else { return Ok(0) };
    file.go_to(header.start)?;
    match bytes::<4>(&mut file.reader)? {
        [0, ..] => Ok(u32_be(&mut file.reader)?.into()),
        [1, ..] => Ok(u64_be(&mut file.reader)?),
        _ => Err(Flaw::Wrong),
    }
}

fn described<R: Read + Seek>(file: &mut Boxed<R>, film: &Found, extends: &Found) -> Result<Vec<Track>, Flaw> {
    let mut described = Vec::new();
    for track in tracks(file, film)? {
        // A track without these tells no length.
        let Some(header) = file.look_for(track.part(), b"tkhd")? else { continue };
        file.go_to(header.start)?;
        // Two times stand before its number.
        let is_long = matches!(bytes::<4>(&mut file.reader)?, [1, ..]);
        head(&mut file.reader, if is_long { 16 } else { 8 })?;
        let id = u32_be(&mut file.reader)?;
        let media = file.find(track.part(), b"mdia")?;
        let Some(header) = file.look_for(media.part(), b"mdhd")? else { continue };
        let scale = length(file, &header)?.scale;
        described.push(Track { id, scale, sample: 0, units: 0 });
    }
    file.each(extends.part(), |file, found| {
        if found.name == *b"trex" {
            file.go_to(found.start)?;
            let [_, id, _, sample] = numbers(&mut file.reader)?;
            described.iter_mut().filter(|track| track.id == id).for_each(|track| track.sample = sample);
        }
        Ok(())
    })?;
    Ok(described)
}

/// Adds a track of a fragment.
fn add<R: Read + Seek>(file: &mut Boxed<R>, part: &Found, tracks: &mut [Track]) -> Result<(), Flaw> {
    let header = file.find(part.part(), b"tfhd")?;
    file.go_to(header.start)?;
    let [flags, id] = numbers(&mut file.reader)?;
    let Some(track) = tracks.iter_mut().find(|track| track.id == id) else { return Ok(()) };
    if flags & HAS_OFFSET != 0 {
        bytes::<8>(&mut file.reader)?;
    }
    if flags & HAS_DESCRIPTION != 0 {
        bytes::<4>(&mut file.reader)?;
    }
    let sample = if flags & HAS_DURATION != 0 { u32_be(&mut file.reader)? } else { track.sample };
    file.each(part.part(), |file, found| {
        if found.name == *b"trun" {
            track.units = track.units.saturating_add(run(file, &found, sample)?);
        }
        Ok(())
    })
}

/// How long a run of samples lasts.
fn run<R: Read + Seek>(file: &mut Boxed<R>, found: &Found, sample: u32) -> Result<u64, Flaw> {
    file.go_to(found.start)?;
    let [flags, count] = numbers(&mut file.reader)?;
    if flags & SAMPLES_HAVE_DURATION == 0 {
        return Ok(u64::from(count).saturating_mul(sample.into()));
    }
    let mut before = 8;
    for flag in [RUN_HAS_OFFSET, RUN_HAS_FIRST_FLAGS] {
        if flags & flag != 0 {
            bytes::<4>(&mut file.reader)?;
            before += 4;
        }
    }
    let others = u64::from((flags & OF_SAMPLES).count_ones() - 1) * 4;
    if u64::from(count) * (others + 4) > (found.end - found.start).saturating_sub(before) {
        return Err(Flaw::Wrong);
    }
    let mut units = 0_u64;
    for _ in 0..count {
        units = units.saturating_add(u32_be(&mut file.reader)?.into());
        std::io::copy(&mut (&mut file.reader).take(others), &mut std::io::sink())?;
    }
    Ok(units)
}

impl Index {
    /// Adds an index: it tells when its part begins, and how long each of its pieces lasts.
    fn read<R: Read + Seek>(&mut self, file: &mut Boxed<R>, found: &Found) -> Result<(), Flaw> {
        file.go_to(found.start)?;
        let reader = &mut file.reader;
        let [version, _, scale] = numbers(reader)?;
        let (begin, pieces) = if version >> 24 == 0 {
            let [begin, _, pieces] = numbers(reader)?;
            (u64::from(begin), pieces)
        } else {
            let (begin, _, pieces) = (u64_be(reader)?, u64_be(reader)?, u32_be(reader)?);
            (begin, pieces)
        };
        let mut end = begin;
        for _ in 0..pieces & 0xffff {
            let [_, units, _] = numbers(reader)?;
            end = end.saturating_add(units.into());
        }
        let micros = |units| Length { units, scale: scale.into() }.micros();
        let (from, to) = self.0.unwrap_or((u64::MAX, 0));
        self.0 = Some((from.min(micros(begin)), to.max(micros(end))));
        Ok(())
    }
}

fn numbers<const N: usize>(reader: &mut impl Read) -> Result<[u32; N], Flaw> {
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = u32_be(reader)?;
    }
    Ok(numbers)
}
