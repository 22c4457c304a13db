//! PNG: a file of chunks. Kept are those a picture is shown by.

use std::io::{BufRead, Write};

use super::{copy_bytes, has_more, leave_out, orientation};
use crate::Flaw;
use crate::reader::bytes;

const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";
/// Chunks that may be left out but change what is shown: colours, what shows through, sizes, and moving pictures.
const SHOWN: [&[u8; 4]; 16] = [
    b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI", b"sBIT", b"bKGD", b"hIST",
    b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
];
/// Longest text of a camera that is read for how the picture is turned.
const MOST: u32 = 1024 * 1024;

/// Copies a picture; whether anything was left out.
pub(super) fn copy(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Flaw> {
    if bytes(from)? != SIGNATURE {
        return Err(Flaw::Wrong);
    }
    to.write_all(&SIGNATURE)?;
    let mut is_changed = false;
    while has_more(from)? {
        let (length, name) = (u32::from_be_bytes(bytes(from)?), bytes::<4>(from)?);
        let behind_name = u64::from(length) + 4;
        let is_needed = name.first().is_some_and(u8::is_ascii_uppercase);
        if is_needed || SHOWN.contains(&&name) {
            to.write_all(&length.to_be_bytes())?;
            to.write_all(&name)?;
            copy_bytes(from, to, behind_name)?;
        } else if name == *b"eXIf" && length <= MOST {
            let mut written = Vec::new();
            copy_bytes(from, &mut written, length.into())?;
            leave_out(from, 4)?;
            let kept = orientation::read(&written).map(orientation::written);
            is_changed |= kept.as_ref() != Some(&written);
            if let Some(kept) = kept {
                write(to, name, &kept)?;
            }
        } else {
            leave_out(from, behind_name)?;
            is_changed = true;
        }
        if name == *b"IEND" {
            return Ok(has_more(from)? || is_changed);
        }
    }
    Ok(is_changed)
}

fn write(to: &mut impl Write, name: [u8; 4], content: &[u8]) -> Result<(), Flaw> {
    let length = u32::try_from(content.len()).map_err(|_| Flaw::Wrong)?;
    to.write_all(&length.to_be_bytes())?;
    let checked = [&name, content].concat();
    to.write_all(&checked)?;
    Ok(to.write_all(&checksum(&checked).to_be_bytes())?)
}

/// The CRC-32 of a chunk. The chunk that is written is so short that no table is needed.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = !0_u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
