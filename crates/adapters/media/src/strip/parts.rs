//! HEIC and AVIF: a file of boxes, with a list of parts that says where each lies. What is no picture is blanked where it lies,
//! since moving anything would make the list wrong. How a picture is turned stands in the list.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};

use crate::Flaw;
use crate::boxes::{Boxed, Found};
use crate::heif::{LIST_BYTES, part_number};
use crate::reader::bytes;

/// Kinds of part that are shown, or that others are made of.
const PICTURES: [&[u8; 4]; 14] = [
    b"hvc1", b"hev1", b"hvt1", b"lhv1", b"av01", b"unci", b"j2k1", b"grid", b"iden", b"iovl", b"tmap",
    b"jpeg", b"avc1", b"vvc1",
];
/// Boxes that a picture needs: of the file, of its list, and of its moving pictures.
const OF_FILE: [&[u8; 4]; 8] = [b"ftyp", b"styp", b"meta", b"mdat", b"moov", b"moof", b"sidx", b"idat"];
const OF_LIST: [&[u8; 4]; 10] =
    [b"hdlr", b"dinf", b"pitm", b"iinf", b"iloc", b"iprp", b"iref", b"idat", b"grpl", b"ipro"];
const NOTES: [&[u8; 4]; 3] = [b"udta", b"meta", b"uuid"];

/// Blanks a picture's notes; whether there were any that were not blank.
pub(super) fn blank(file: &File) -> Result<bool, Flaw> {
    let size = file.metadata()?.len();
    let mut boxed = Boxed::new(BufReader::new(file));
    let meta = boxed.find((0, size), b"meta")?;
    let list = (meta.start.saturating_add(4), meta.end);
    let mut blanking = Blanking { file, left: size, is_changed: false };
    let others = others(&mut boxed, list)?;
    let data = boxed.look_for(list, b"idat")?;
    let places = places(&mut boxed, list, data, size, &others)?;
    for (from, to) in places {
        blanking.zero(from, to)?;
    }
    let mut unwanted = Vec::new();
    boxed.each(list, |_, found| {
        if !OF_LIST.contains(&&found.name) {
            unwanted.push(found);
        }
        Ok(())
    })?;
    let end = of_file(&mut boxed, size, &mut unwanted)?;
    for found in unwanted {
        blanking.away(&found)?;
    }
    if end < size {
        file.set_len(end)?;
        blanking.is_changed = true;
    }
    Ok(blanking.is_changed)
}

/// Which boxes of the file are not needed, and where its boxes end: makers put things of their own behind them.
fn of_file<R: Read + Seek>(boxed: &mut Boxed<R>, size: u64, unwanted: &mut Vec<Found>) -> Result<u64, Flaw> {
    let (mut at, mut has_data) = (0, false);
    loop {
        let found = match boxed.at(at, size) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(at),
            Err(Flaw::Wrong) if has_data => return Ok(at),
            Err(flaw) => return Err(flaw),
        };
        at = found.end;
        has_data |= found.name == *b"mdat" || found.name == *b"meta";
        if found.name == *b"moov" {
            notes_of_film(boxed, &found, unwanted)?;
        } else if !OF_FILE.contains(&&found.name) {
            unwanted.push(found);
        }
    }
}

fn notes_of_film<R: Read + Seek>(
    boxed: &mut Boxed<R>,
    film: &Found,
    unwanted: &mut Vec<Found>,
) -> Result<(), Flaw> {
    boxed.each(film.part(), |boxed, found| {
        if NOTES.contains(&&found.name) {
            unwanted.push(found);
        } else if found.name == *b"trak" {
            boxed.each(found.part(), |_, found| {
                if NOTES.contains(&&found.name) {
                    unwanted.push(found);
                }
                Ok(())
            })?;
        }
        Ok(())
    })
}

/// The numbers of the parts that are no pictures.
fn others<R: Read + Seek>(boxed: &mut Boxed<R>, list: (u64, u64)) -> Result<Vec<u32>, Flaw> {
    let mut others = Vec::new();
    let Some(entries) = boxed.look_for(list, b"iinf")? else { return Ok(others) };
    boxed.go_to(entries.start)?;
    let [version, ..] = bytes::<4>(&mut boxed.reader)?;
    let start = entries.start + if version == 0 { 6 } else { 8 };
    boxed.each((start, entries.end), |boxed, found| {
        boxed.go_to(found.start)?;
        let [version, ..] = bytes::<4>(&mut boxed.reader)?;
        let part = part_number(&mut boxed.reader, version > 2)?;
        bytes::<2>(&mut boxed.reader)?;
        // Older entries name no kind and are of no picture.
        let is_picture = version >= 2 && PICTURES.contains(&&bytes::<4>(&mut boxed.reader)?);
        if !is_picture {
            others.push(part);
        }
        Ok(())
    })?;
    others.sort_unstable();
    Ok(others)
}

/// Where the parts lie that are among `of`, from place to place.
fn places<R: Read + Seek>(
    boxed: &mut Boxed<R>,
    list: (u64, u64),
    data: Option<Found>,
    size: u64,
    of: &[u32],
) -> Result<Vec<(u64, u64)>, Flaw> {
    let mut places = Vec::new();
    let Some(found) = boxed.look_for(list, b"iloc")? else { return Ok(places) };
    let content = boxed.content(&found, LIST_BYTES)?;
    let mut reader = content.as_slice();
    let [version, _, _, _, sizes, more_sizes] = bytes(&mut reader)?;
    let is_newer = version > 0;
    let count = part_number(&mut reader, version > 1)?;
    for _ in 0..count {
        let part = part_number(&mut reader, version > 1)?;
        let way = if is_newer { u16::from_be_bytes(bytes(&mut reader)?) & 0xf } else { 0 };
        bytes::<2>(&mut reader)?;
        let base = number(&mut reader, more_sizes >> 4)?;
        for _ in 0..u16::from_be_bytes(bytes(&mut reader)?) {
            if is_newer {
                number(&mut reader, more_sizes & 0xf)?;
            }
            let offset = number(&mut reader, sizes >> 4)?;
            let length = number(&mut reader, sizes & 0xf)?;
            if of.binary_search(&part).is_err() {
                continue;
            }
            let (start, end) = match (way, data) {
                (0, _) => (0, size),
                (1, Some(data)) => data.part(),
                _ => return Err(Flaw::Wrong),
            };
            let from = start.saturating_add(base).saturating_add(offset);
            let to = if length == 0 { end } else { from.saturating_add(length) };
            if from > to || to > end {
                return Err(Flaw::Wrong);
            }
            places.push((from, to));
        }
    }
    Ok(places)
}

/// A number of that many bytes.
fn number(reader: &mut impl Read, length: u8) -> Result<u64, Flaw> {
    match length {
        0 => Ok(0),
        4 => Ok(u32::from_be_bytes(bytes(reader)?).into()),
        8 => Ok(u64::from_be_bytes(bytes(reader)?)),
        _ => Err(Flaw::Wrong),
    }
}

struct Blanking<'a> {
    file: &'a File,
    /// Bytes that may still be blanked: a list that names a place again and again would take for ever.
    left: u64,
    is_changed: bool,
}

impl Blanking<'_> {
    fn zero(&mut self, from: u64, to: u64) -> Result<(), Flaw> {
        const PIECE: u64 = 64 * 1024;
        let (mut at, mut file) = (from, self.file);
        self.left = self.left.checked_sub(to - from).ok_or(Flaw::Wrong)?;
        let mut piece = Vec::new();
        while at < to {
            let length = (to - at).min(PIECE);
            file.seek(SeekFrom::Start(at))?;
            piece.clear();
            file.take(length).read_to_end(&mut piece)?;
            if piece.iter().any(|byte| *byte != 0) {
                piece.fill(0);
                file.seek(SeekFrom::Start(at))?;
                file.write_all(&piece)?;
                self.is_changed = true;
            }
            at += length;
        }
        Ok(())
    }

    /// Makes an empty space of a box.
    fn away(&mut self, found: &Found) -> Result<(), Flaw> {
        if found.name != *b"free" && found.name != *b"skip" {
            let mut file = self.file;
            file.seek(SeekFrom::Start(found.at + 4))?;
            file.write_all(b"free")?;
            self.is_changed = true;
        }
        self.zero(found.start, found.end)
    }
}
