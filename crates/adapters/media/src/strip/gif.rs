//! GIF: a file of blocks. Comments go, and what programs have put beside the pictures, except how often they move.

use std::io::{BufRead, Write};

use super::{copy_bytes, has_more};
use crate::Flaw;
use crate::reader::bytes;

const PICTURE: u8 = 0x2c;
const EXTENSION: u8 = 0x21;
const END: u8 = 0x3b;
const COMMENT: u8 = 0xfe;
const PROGRAM: u8 = 0xff;
/// Programs whose blocks are kept: how often a picture moves, and its colours.
const KEPT: [&[u8; 11]; 3] = [b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"];

/// Copies a picture; whether anything was left out.
pub(super) fn copy(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Flaw> {
    let head = bytes::<13>(from)?;
    to.write_all(&head)?;
    let [_, _, _, _, _, _, _, _, _, _, flags, ..] = head;
    copy_bytes(from, to, colours(flags))?;
    let mut is_changed = false;
    while has_more(from)? {
        let [kind] = bytes(from)?;
        match kind {
            PICTURE => {
                let place = bytes::<9>(from)?;
                to.write_all(&[PICTURE])?;
                to.write_all(&place)?;
                let [.., flags] = place;
                copy_bytes(from, to, colours(flags) + 1)?;
                copy_pieces(from, to)?;
            }
            EXTENSION => is_changed |= extension(from, to)?,
            END => {
                to.write_all(&[END])?;
                return Ok(has_more(from)? || is_changed);
            }
            // What decoders skip is nothing that is shown.
            _ => is_changed = true,
        }
    }
    Ok(is_changed)
}

/// Bytes of the colours that these flags announce.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Copies a block beside the pictures, or leaves it out.
fn extension(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Flaw> {
    let [label] = bytes(from)?;
    let mut first = Vec::new();
    if label == PROGRAM {
        let [length] = bytes(from)?;
        copy_bytes(from, &mut first, length.into())?;
    }
    let is_kept = match label {
        COMMENT => false,
        PROGRAM => KEPT.iter().any(|kept| first == *kept),
        _ => true,
    };
    if !is_kept {
        // An empty first piece is the last one too.
        if label != PROGRAM || !first.is_empty() {
            copy_pieces(from, &mut std::io::sink())?;
        }
        return Ok(true);
    }
    to.write_all(&[EXTENSION, label])?;
    if label == PROGRAM {
        to.write_all(&[u8::try_from(first.len()).unwrap_or(u8::MAX)])?;
        to.write_all(&first)?;
    }
    copy_pieces(from, to)?;
    Ok(false)
}

/// Copies pieces, each with its length before it, up to an empty one.
fn copy_pieces(from: &mut impl BufRead, to: &mut impl Write) -> Result<(), Flaw> {
    loop {
        let [length] = bytes(from)?;
        to.write_all(&[length])?;
        if length == 0 {
            return Ok(());
        }
        copy_bytes(from, to, length.into())?;
    }
}
