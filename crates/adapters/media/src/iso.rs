//! Files made of boxes (ISO 14496-12): how long mp4, mov and m4a play, and how large a heic picture is.

use std::io::{Read, Seek, SeekFrom};

use crate::Flaw;
use crate::reader::{bytes, u32_be, u64_be};

/// Boxes that are looked at in one file before giving up.
const BOXES: usize = 4096;

/// A box: its name, and where its content begins and ends.
struct Found {
    name: [u8; 4],
    start: u64,
    end: u64,
}

/// The boxes of a part of a file, one after the other.
struct Boxes<'a, R> {
    reader: &'a mut R,
    at: u64,
    end: u64,
    left: usize,
}

impl<'a, R: Read + Seek> Boxes<'a, R> {
    fn new(reader: &'a mut R, at: u64, end: u64) -> Self {
        Self { reader, at, end, left: BOXES }
    }

    fn next(&mut self) -> Result<Option<Found>, Flaw> {
        if self.at.saturating_add(8) > self.end {
            return Ok(None);
        }
        self.left = self.left.checked_sub(1).ok_or(Flaw::Wrong)?;
        self.reader.seek(SeekFrom::Start(self.at))?;
        let (short, name) = (u32_be(self.reader)?, bytes::<4>(self.reader)?);
        let (header, length) = match short {
            0 => (8, self.end - self.at),
            1 => (16, u64_be(self.reader)?),
            _ => (8, short.into()),
        };
        let start = self.at + header;
        let end = self.at.checked_add(length).filter(|end| *end >= start && *end <= self.end);
        let end = end.ok_or(Flaw::Wrong)?;
        self.at = end;
        Ok(Some(Found { name, start, end }))
    }

    /// The next box of that name.
    fn find(&mut self, name: &[u8; 4]) -> Result<Option<Found>, Flaw> {
        while let Some(found) = self.next()? {
            if found.name == *name {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// The content of the first box of that name in a part of a file.
fn find<R: Read + Seek>(reader: &mut R, start: u64, end: u64, name: &[u8; 4]) -> Result<Found, Flaw> {
    Boxes::new(reader, start, end).find(name)?.ok_or(Flaw::Wrong)
}

/// The brands a file says it has. Films of old cameras have none.
fn brands<R: Read + Seek>(reader: &mut R, size: u64) -> Result<Option<Vec<[u8; 4]>>, Flaw> {
    let Some(first) = Boxes::new(reader, 0, size).next()? else { return Err(Flaw::Wrong) };
    if first.name != *b"ftyp" {
        return Ok(None);
    }
    reader.seek(SeekFrom::Start(first.start))?;
    let mut brands = vec![bytes(reader)?];
    bytes::<4>(reader)?;
    for _ in 0..(first.end.saturating_sub(first.start + 8) / 4).min(64) {
        brands.push(bytes(reader)?);
    }
    Ok(Some(brands))
}

/// Brands of files of boxes that are pictures.
const PICTURES: [&[u8; 4]; 5] = [b"heic", b"heix", b"mif1", b"msf1", b"avif"];

/// How many seconds a file plays, rounded up.
pub(crate) fn seconds<R: Read + Seek>(reader: &mut R, size: u64, extension: &str) -> Result<u64, Flaw> {
    let fits = match brands(reader, size)? {
        None => extension == "mov",
        Some(brands) => brands.first().is_some_and(|brand| !PICTURES.contains(&brand)),
    };
    if !fits {
        return Err(Flaw::Wrong);
    }
    let film = find(reader, 0, size, b"moov")?;
    has_track(reader, &film, if extension == "m4a" { b"soun" } else { b"vide" })?;
    let (scale, length) = header(reader, &film)?;
    let length = if length == 0 { fragments(reader, &film)? } else { length };
    if scale == 0 || length == 0 || length == u64::MAX || length == u64::from(u32::MAX) {
        return Err(Flaw::Wrong);
    }
    Ok(length.div_ceil(scale))
}

/// Units a second, and the length in them.
fn header<R: Read + Seek>(reader: &mut R, film: &Found) -> Result<(u64, u64), Flaw> {
    let header = find(reader, film.start, film.end, b"mvhd")?;
    reader.seek(SeekFrom::Start(header.start))?;
    match bytes::<4>(reader)? {
        [0, ..] => {
            bytes::<8>(reader)?;
            Ok((u32_be(reader)?.into(), u32_be(reader)?.into()))
        }
        [1, ..] => {
            bytes::<16>(reader)?;
            Ok((u32_be(reader)?.into(), u64_be(reader)?))
        }
        _ => Err(Flaw::Wrong),
    }
}

/// The length of a film in fragments, which stands in a box of its own.
fn fragments<R: Read + Seek>(reader: &mut R, film: &Found) -> Result<u64, Flaw> {
    let extends = find(reader, film.start, film.end, b"mvex")?;
    let header = find(reader, extends.start, extends.end, b"mehd")?;
    reader.seek(SeekFrom::Start(header.start))?;
    match bytes::<4>(reader)? {
        [0, ..] => Ok(u32_be(reader)?.into()),
        [1, ..] => Ok(u64_be(reader)?),
        _ => Err(Flaw::Wrong),
    }
}

/// A film has a picture, and a sound has sound.
fn has_track<R: Read + Seek>(reader: &mut R, film: &Found, kind: &[u8; 4]) -> Result<(), Flaw> {
    let mut at = film.start;
    for _ in 0..64 {
        let track = find(reader, at, film.end, b"trak")?;
        at = track.end;
        let media = find(reader, track.start, track.end, b"mdia")?;
        let handler = find(reader, media.start, media.end, b"hdlr")?;
        reader.seek(SeekFrom::Start(handler.start))?;
        let [_, _, _, _, _, _, _, _, a, b, c, d] = bytes::<12>(reader)?;
        if [a, b, c, d] == *kind {
            return Ok(());
        }
    }
    Err(Flaw::Wrong)
}

/// Width and height of a heic picture: those of its largest part, turned as it says.
pub(crate) fn picture_size<R: Read + Seek>(reader: &mut R, size: u64) -> Result<(u32, u32), Flaw> {
    let is_picture =
        |brands: Vec<[u8; 4]>| brands.iter().any(|brand| [b"heic", b"heix", b"mif1"].contains(&brand));
    if !brands(reader, size)?.is_some_and(is_picture) {
        return Err(Flaw::Wrong);
    }
    let meta = find(reader, 0, size, b"meta")?;
    let properties = find(reader, meta.start + 4, meta.end, b"iprp")?;
    let list = find(reader, properties.start, properties.end, b"ipco")?;
    let (mut at, mut largest, mut is_turned) = (list.start, (0, 0), false);
    for _ in 0..BOXES {
        let Some(found) = Boxes::new(reader, at, list.end).next()? else { break };
        at = found.end;
        reader.seek(SeekFrom::Start(found.start))?;
        match &found.name {
            b"ispe" => {
                bytes::<4>(reader)?;
                let pixels = (u32_be(reader)?, u32_be(reader)?);
                let area = |(width, height): (u32, u32)| u64::from(width) * u64::from(height);
                if area(pixels) > area(largest) {
                    largest = pixels;
                }
            }
            b"irot" => is_turned = bytes::<1>(reader)?.iter().any(|quarters| quarters % 2 == 1),
            _ => {}
        }
    }
    let (width, height) = largest;
    if width == 0 || height == 0 {
        return Err(Flaw::Wrong);
    }
    Ok(if is_turned { (height, width) } else { (width, height) })
}
