//! Files made of boxes (ISO 14496-12): films, sounds, and the pictures of telephones.

use std::io::{Read, Seek, SeekFrom};

use crate::Flaw;
use crate::reader::{bytes, head, u32_be, u64_be};

/// Boxes that are looked at in one file before giving up. An hour in fragments of a second has half as many.
const BOXES: usize = 100_000;

/// A box: its name, where it begins, and where its content begins and ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    pub(crate) name: [u8; 4],
    pub(crate) at: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
}

/// A file that is made of boxes.
pub(crate) struct Boxed<R> {
    pub(crate) reader: R,
    left: usize,
}

impl<R: Read + Seek> Boxed<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, left: BOXES }
    }

    /// The box that begins there in a part that ends there; `None` at the end of the part.
    pub(crate) fn at(&mut self, at: u64, end_of_part: u64) -> Result<Option<Found>, Flaw> {
        if at.saturating_add(8) > end_of_part {
            return Ok(None);
        }
        self.left = self.left.checked_sub(1).ok_or(Flaw::Wrong)?;
        self.go_to(at)?;
        let (short, name) = (u32_be(&mut self.reader)?, bytes::<4>(&mut self.reader)?);
        let (header, length) = match short {
            0 => (8, end_of_part - at),
            1 => (16, u64_be(&mut self.reader)?),
            _ => (8, short.into()),
        };
        let start = at + header;
        let end = at.checked_add(length).filter(|end| *end >= start && *end <= end_of_part);
        Ok(Some(Found { name, at, start, end: end.ok_or(Flaw::Wrong)? }))
    }

    /// All boxes of a part, one after the other.
    pub(crate) fn each(
        &mut self,
        (start, end): (u64, u64),
        mut look: impl FnMut(&mut Self, Found) -> Result<(), Flaw>,
    ) -> Result<(), Flaw> {
        let mut at = start;
        while let Some(found) = self.at(at, end)? {
            at = found.end;
            look(self, found)?;
        }
        Ok(())
    }

    /// The first box of that name in a part, if there is one.
    pub(crate) fn look_for(
        &mut self,
        (start, end): (u64, u64),
        name: &[u8; 4],
    ) -> Result<Option<Found>, Flaw> {
        let mut at = start;
        while let Some(found) = self.at(at, end)? {
            if found.name == *name {
                return Ok(Some(found));
            }
            at = found.end;
        }
        Ok(None)
    }

    /// The first box of that name in a part, which must be there.
    pub(crate) fn find(&mut self, part: (u64, u64), name: &[u8; 4]) -> Result<Found, Flaw> {
        self.look_for(part, name)?.ok_or(Flaw::Wrong)
    }

    /// The content of a box, if it is at most so long.
    pub(crate) fn content(&mut self, found: &Found, most: u64) -> Result<Vec<u8>, Flaw> {
        let length = found.end - found.start;
        if length > most {
            return Err(Flaw::Wrong);
        }
        self.go_to(found.start)?;
        Ok(head(&mut self.reader, length)?)
    }

    /// Goes on reading there.
    pub(crate) fn go_to(&mut self, at: u64) -> Result<(), Flaw> {
        self.reader.seek(SeekFrom::Start(at))?;
        Ok(())
    }

    /// The brands a file says it has, the first of them its main one. Films of old cameras have none.
    pub(crate) fn brands(&mut self, size: u64) -> Result<Option<Vec<[u8; 4]>>, Flaw> {
        let Some(first) = self.at(0, size)? else { return Err(Flaw::Wrong) };
        if first.name != *b"ftyp" {
            return Ok(None);
        }
        self.go_to(first.start)?;
        let mut brands = vec![bytes(&mut self.reader)?];
        bytes::<4>(&mut self.reader)?;
        for _ in 0..(first.end.saturating_sub(first.start + 8) / 4).min(64) {
            brands.push(bytes(&mut self.reader)?);
        }
        Ok(Some(brands))
    }
}

impl Found {
    /// Where its content begins and ends.
    pub(crate) fn part(&self) -> (u64, u64) {
        (self.start, self.end)
    }
}
