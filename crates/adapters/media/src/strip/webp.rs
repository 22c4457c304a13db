//! WebP: a file of chunks. Kept are those a picture is shown by, and how it is turned.

use std::io::{BufRead, Seek, SeekFrom, Write};

use super::{copy_bytes, has_more, leave_out, orientation};
use crate::Flaw;
use crate::reader::bytes;

/// The chunk that tells which others there are, and where its flags stand: it comes first.
const ABOUT: &[u8; 4] = b"VP8X";
const FLAGS_AT: u64 = 20;
/// Flags: it has something that a camera or a program wrote.
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;
const SHOWN: [&[u8; 4]; 7] = [ABOUT, b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// Longest text of a camera that is read for how the picture is turned.
const MOST: u32 = 1024 * 1024;

/// Copies a picture; whether anything was left out.
pub(super) fn copy(from: &mut impl BufRead, to: &mut (impl Write + Seek)) -> Result<bool, Flaw> {
    let [r, i, f, fm, size @ .., w, e, b, p] = bytes::<12>(from)?;
    if [r, i, f, fm] != *b"RIFF" || [w, e, b, p] != *b"WEBP" {
        return Err(Flaw::Wrong);
    }
    to.write_all(b"RIFF\0\0\0\0WEBP")?;
    let mut left = u64::from(u32::from_le_bytes(size)).checked_sub(4).ok_or(Flaw::Wrong)?;
    let (mut kept, mut is_changed, mut flags, mut turned) = (4_u64, false, None, None);
    while left >= 8 {
        let (name, length) = (bytes::<4>(from)?, u32::from_le_bytes(bytes(from)?));
        let padded = u64::from(length) + u64::from(length % 2);
        // The last chunk may come without what fills it up.
        left = left.saturating_sub(8 + padded);
        if SHOWN.contains(&&name) {
            to.write_all(&name)?;
            to.write_all(&length.to_le_bytes())?;
            if name == *ABOUT && flags.is_none() && kept == 4 && length > 0 {
                let [first] = bytes(from)?;
                to.write_all(&[first])?;
                flags = Some(first);
                copy_bytes(from, to, u64::from(length) - 1)?;
            } else {
                copy_bytes(from, to, length.into())?;
            }
            to.write_all(filling(length))?;
            kept += 8 + padded;
        } else if name == *b"EXIF" && length <= MOST && turned.is_none() {
            let mut written = Vec::new();
            copy_bytes(from, &mut written, length.into())?;
            turned = orientation::read(&written);
            is_changed |= turned.map(orientation::written).as_ref() != Some(&written);
        } else {
            leave_out(from, length.into())?;
            is_changed = true;
        }
        if length % 2 == 1 && has_more(from)? {
            leave_out(from, 1)?;
        }
    }
    is_changed |= has_more(from)?;
    // Only a file that tells what it has can have it.
    if let (Some(turned), Some(_)) = (turned, flags) {
        kept += write(to, *b"EXIF", &orientation::written(turned))?;
    }
    to.seek(SeekFrom::Start(4))?;
    to.write_all(&u32::try_from(kept).map_err(|_| Flaw::Wrong)?.to_le_bytes())?;
    if let Some(flags) = flags {
        let exif = if turned.is_some() { HAS_EXIF } else { 0 };
        let right = flags & !(HAS_EXIF | HAS_XMP) | exif;
        is_changed |= right != flags;
        to.seek(SeekFrom::Start(FLAGS_AT))?;
        to.write_all(&[right])?;
    }
    Ok(is_changed)
}

fn write(to: &mut impl Write, name: [u8; 4], content: &[u8]) -> Result<u64, Flaw> {
    let length = u32::try_from(content.len()).map_err(|_| Flaw::Wrong)?;
    to.write_all(&name)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(content)?;
    to.write_all(filling(length))?;
    Ok(8 + u64::from(length) + u64::from(length % 2))
}

/// Chunks begin at even places.
fn filling(length: u32) -> &'static [u8] {
    if length % 2 == 1 { &[0] } else { &[] }
}
