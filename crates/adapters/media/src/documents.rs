//! Documents: only how they begin is looked at, since they are always handed out to be saved.

use std::io::{Read, Seek, SeekFrom};

use crate::Flaw;
use crate::reader::head;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// An archive with something in it, an empty one, or the first of several.
const ZIP: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];
/// How much of a text is looked at.
const TEXT: u64 = 1024 * 1024;

/// Checks that a document begins as its extension says.
pub(crate) fn check(reader: &mut (impl Read + Seek), size: u64, extension: &str) -> Result<(), Flaw> {
    let start = head(reader, 1024)?;
    let begins = |with: &[u8]| start.starts_with(with);
    let is_zip = || ZIP.iter().any(|zip| begins(zip));
    let fits = match extension {
        "pdf" => start.windows(5).any(|window| window == b"%PDF-"),
        "doc" | "xls" | "ppt" | "pps" => begins(OLE),
        "ppts" => begins(OLE) || is_zip(),
        "docx" | "xlsx" | "pptx" => is_zip() && holds(reader, size, b"[Content_Types].xml")?,
        "epub" => is_zip() && start.windows(20).any(|window| window == b"application/epub+zip"),
        "zip" => is_zip(),
        "rar" => begins(b"Rar!\x1a\x07"),
        "7z" => begins(b"7z\xbc\xaf\x27\x1c"),
        "mobi" => start.get(60..68) == Some(b"BOOKMOBI"),
        "txt" | "md" | "markdown" | "csv" => is_text(reader, &start)?,
        _ => false,
    };
    if fits { Ok(()) } else { Err(Flaw::Wrong) }
}

/// Whether a name stands in the list of contents at the end of an archive, or among its first entries.
fn holds(reader: &mut (impl Read + Seek), size: u64, name: &[u8]) -> Result<bool, Flaw> {
    let window = 256 * 1024;
    for at in [0, size.saturating_sub(window)] {
        reader.seek(SeekFrom::Start(at))?;
        if head(reader, window)?.windows(name.len()).any(|found| found == name) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Text of any encoding has no zeros, unless it says that it is UTF-16. A program or a picture has some.
fn is_text(reader: &mut (impl Read + Seek), start: &[u8]) -> Result<bool, Flaw> {
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Ok(true);
    }
    reader.seek(SeekFrom::Start(0))?;
    Ok(!head(reader, TEXT)?.contains(&0))
}
