//! How long films and sounds in boxes (mp4, mov, m4a) play.

use std::io::{Read, Seek};

use crate::Flaw;
use crate::boxes::{Boxed, Found};
use crate::fragments;
use crate::reader::{bytes, u32_be, u64_be};

/// Most tracks that are looked at.
const TRACKS: usize = 64;

/// What a file in boxes has to be seen or heard.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tracks {
    pub(crate) picture: bool,
    pub(crate) sound: bool,
}

/// How long something lasts: so many units, of which so many are a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Length {
    pub(crate) units: u64,
    pub(crate) scale: u64,
}

impl Length {
    /// In microseconds, rounded up; none for a length that is not known.
    pub(crate) fn micros(self) -> u64 {
        let is_known = self.scale > 0 && self.units != u64::MAX && self.units != u64::from(u32::MAX);
        let micros =
            if is_known { (u128::from(self.units) * 1_000_000).div_ceil(self.scale.into()) } else { 0 };
        u64::try_from(micros).unwrap_or(u64::MAX)
    }
}

/// How many seconds a file plays, rounded up. Recorders that write while they record (Safari, Chrome) leave out the length at
/// the beginning and write fragments, each with the lengths of its parts; whatever is longest counts.
pub(crate) fn seconds<R: Read + Seek>(file: &mut Boxed<R>, size: u64) -> Result<u64, Flaw> {
    let film = file.find((0, size), b"moov")?;
    let header = header(file, &film)?;
    if header.scale == 0 {
        return Err(Flaw::Wrong);
    }
    let longest = header.micros().max(fragments::micros(file, size, &film, header.scale)?);
    if longest == 0 { Err(Flaw::Wrong) } else { Ok(longest.div_ceil(1_000_000)) }
}

fn header<R: Read + Seek>(file: &mut Boxed<R>, film: &Found) -> Result<Length, Flaw> {
    let header = file.find(film.part(), b"mvhd")?;
    length(file, &header)
}

/// The length in the header of a film or of a track's media, which begin alike.
pub(crate) fn length<R: Read + Seek>(file: &mut Boxed<R>, header: &Found) -> Result<Length, Flaw> {
    file.go_to(header.start)?;
    let reader = &mut file.reader;
    let (scale, units) = match bytes::<4>(reader)? {
        [0, ..] => {
            bytes::<8>(reader)?;
            (u32_be(reader)?, u32_be(reader)?.into())
        }
        [1, ..] => {
            bytes::<16>(reader)?;
            (u32_be(reader)?, u64_be(reader)?)
        }
        _ => return Err(Flaw::Wrong),
    };
    Ok(Length { units, scale: scale.into() })
}

/// The tracks of a film.
pub(crate) fn tracks<R: Read + Seek>(file: &mut Boxed<R>, film: &Found) -> Result<Vec<Found>, Flaw> {
    let mut tracks = Vec::new();
    file.each(film.part(), |_, found| {
        if found.name == *b"trak" && tracks.len() < TRACKS {
            tracks.push(found);
        }
        Ok(())
    })?;
    Ok(tracks)
}

/// Of which kinds the tracks of a file are.
pub(crate) fn kinds<R: Read + Seek>(file: &mut Boxed<R>, size: u64) -> Result<Tracks, Flaw> {
    let film = file.find((0, size), b"moov")?;
    let mut kinds = Tracks::default();
    for track in tracks(file, &film)? {
        let media = file.find(track.part(), b"mdia")?;
        let handler = file.find(media.part(), b"hdlr")?;
        file.go_to(handler.start)?;
        let [_, _, _, _, _, _, _, _, kind @ ..] = bytes::<12>(&mut file.reader)?;
        kinds.picture |= kind == *b"vide";
        kinds.sound |= kind == *b"soun";
    }
    Ok(kinds)
}
