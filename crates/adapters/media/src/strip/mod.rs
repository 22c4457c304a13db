//! Takes out of pictures what they do not show: place, time, camera, notes, smaller and further pictures. What they show is
//! copied as it is, never packed anew. What is kept is listed, so that what nobody here knows is taken out.

mod gif;
mod jpeg;
mod orientation;
mod parts;
mod png;
mod webp;

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::{Flaw, polyglots};

/// Strips the picture at `path`; whether anything was taken out. `extension` is what it was recognised as.
pub(crate) fn strip(path: &Path, extension: &str) -> Result<bool, Flaw> {
    // What is taken out must not make a harmless picture of one that was meant to harm.
    let file = File::open(path)?;
    polyglots::refuse(&file, file.metadata()?.len())?;
    match extension {
        "jpg" | "jpeg" => rewritten(path, jpeg::copy),
        "png" => rewritten(path, png::copy),
        "gif" => rewritten(path, gif::copy),
        "webp" => rewritten(path, webp::copy),
        "heic" | "heif" | "avif" => parts::blank(&OpenOptions::new().read(true).write(true).open(path)?),
        // A bitmap holds nothing but what it shows.
        _ => Ok(false),
    }
}

type Target = BufWriter<File>;

/// Puts what `copy` makes of a file in its place, if that has taken anything out.
fn rewritten(
    path: &Path,
    copy: impl FnOnce(&mut BufReader<File>, &mut Target) -> Result<bool, Flaw>,
) -> Result<bool, Flaw> {
    let mut from = BufReader::new(File::open(path)?);
    let folder = path.parent().ok_or_else(|| io::Error::other("a file that lies nowhere"))?;
    let copied = NamedTempFile::new_in(folder)?;
    let mut to = BufWriter::new(copied.reopen()?);
    let is_changed = copy(&mut from, &mut to)?;
    to.flush()?;
    if is_changed {
        copied.persist(path).map_err(|error| error.error)?;
    }
    Ok(is_changed)
}

/// Copies the next bytes, which must be there.
fn copy_bytes(from: &mut impl BufRead, to: &mut impl Write, length: u64) -> Result<(), Flaw> {
    let copied = io::copy(&mut from.by_ref().take(length), to)?;
    if copied == length { Ok(()) } else { Err(Flaw::Wrong) }
}

/// Leaves the next bytes out, which must be there.
fn leave_out(from: &mut impl BufRead, length: u64) -> Result<(), Flaw> {
    copy_bytes(from, &mut io::sink(), length)
}

/// Whether anything stands behind what was read.
fn has_more(from: &mut impl BufRead) -> Result<bool, Flaw> {
    Ok(!from.fill_buf()?.is_empty())
}

#[cfg(test)]
mod tests;
