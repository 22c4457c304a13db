//! JPEG: a file of segments. Kept are those a picture is shown by: tables and scans, JFIF, colours (ICC, Adobe), and how it is
//! turned.

use std::io::{BufRead, Write};

use super::{copy_bytes, has_more, orientation};
use crate::Flaw;
use crate::reader::{bytes, head};

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
const FIRST_APP: u8 = 0xe0;

/// Copies a picture; whether anything was left out.
pub(super) fn copy(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Flaw> {
    if bytes(from)? != [0xff, START] {
        return Err(Flaw::Wrong);
    }
    to.write_all(&[0xff, START])?;
    let (mut is_changed, mut is_turned) = (false, false);
    let mut next = marker(from)?;
    while let Some(marker_now) = next {
        match marker_now {
            END => {
                to.write_all(&[0xff, END])?;
                // Films, depths, brightness, and what only the maker knows.
                return Ok(has_more(from)? || is_changed);
            }
            0 => {}
            // Those without a length.
            0x01 | 0xd0..=0xd8 => to.write_all(&[0xff, marker_now])?,
            _ => {
                let content = content(from)?;
                match kept(marker_now, &content, &mut is_turned) {
                    Some(kept) => {
                        write(to, marker_now, &kept)?;
                        is_changed |= kept != content;
                    }
                    None => is_changed = true,
                }
            }
        }
        next = if marker_now == SCAN { scan(from, to)? } else { marker(from)? };
    }
    Ok(is_changed)
}

/// What is kept of a segment, if anything.
fn kept(marker: u8, content: &[u8], is_turned: &mut bool) -> Option<Vec<u8>> {
    let begins = |with: &[u8]| content.starts_with(with);
    match marker.checked_sub(FIRST_APP) {
        Some(0) if begins(b"JFIF\0") => Some(without_small_picture(content)),
        Some(1) if begins(orientation::EXIF) && !*is_turned => {
            let turned = orientation::read(content)?;
            *is_turned = true;
            Some([orientation::EXIF, &orientation::written(turned)].concat())
        }
        Some(2) if begins(b"ICC_PROFILE\0") => Some(content.to_vec()),
        Some(14) if begins(b"Adobe") => Some(content.to_vec()),
        Some(0..=15) => None,
        _ if marker == COMMENT => None,
        _ => Some(content.to_vec()),
    }
}

/// JFIF may hold the picture once more, as it was before it was cut.
fn without_small_picture(content: &[u8]) -> Vec<u8> {
    match content.get(..12) {
        Some(start) => [start, &[0, 0]].concat(),
        None => content.to_vec(),
    }
}

/// The next marker; `None` at the end of the file. What some cameras leave before one is passed over, as decoders do.
fn marker(from: &mut impl BufRead) -> Result<Option<u8>, Flaw> {
    let mut is_near = false;
    loop {
        let Some(byte) = head(from, 1)?.first().copied() else { return Ok(None) };
        match byte {
            0xff => is_near = true,
            marker if is_near => return Ok(Some(marker)),
            _ => {}
        }
    }
}

fn content(from: &mut impl BufRead) -> Result<Vec<u8>, Flaw> {
    let length = u64::from(u16::from_be_bytes(bytes(from)?)).checked_sub(2).ok_or(Flaw::Wrong)?;
    let mut content = Vec::new();
    copy_bytes(from, &mut content, length)?;
    Ok(content)
}

fn write(to: &mut impl Write, marker: u8, content: &[u8]) -> Result<(), Flaw> {
    let length = u16::try_from(content.len() + 2).map_err(|_| Flaw::Wrong)?;
    to.write_all(&[0xff, marker])?;
    to.write_all(&length.to_be_bytes())?;
    Ok(to.write_all(content)?)
}

/// Copies what is packed, up to the next marker that is none of its own, which is answered.
fn scan(from: &mut impl BufRead, to: &mut impl Write) -> Result<Option<u8>, Flaw> {
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let length = buffer.iter().position(|byte| *byte == 0xff).unwrap_or(buffer.len());
        to.write_all(buffer.get(..length).unwrap_or_default())?;
        let is_at_marker = length < buffer.len();
        from.consume(length);
        if !is_at_marker {
            continue;
        }
        match marker(from)? {
            Some(own @ (0 | 0xd0..=0xd7)) => to.write_all(&[0xff, own])?,
            other => return Ok(other),
        }
    }
}
