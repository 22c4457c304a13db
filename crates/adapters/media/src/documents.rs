//! Documents: only how they begin is looked at, and what is in archives, since they are always handed out to be saved.

use std::io::{Read, Seek, SeekFrom};

use sixin_domain::file::FileKind;
use sixin_domain::file::media::Form;

use crate::Flaw;
use crate::reader::head;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// An archive with something in it, an empty one, or the first of several.
const ZIP: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];
/// How much of a text is looked at.
const TEXT: u64 = 1024 * 1024;

macro_rules! forms {
    ($($extension:literal)+) => { &[$(Form { kind: FileKind::Document, extension: $extension },)+] };
}

const PDF: &[Form] = forms!("pdf");
const OLD_OFFICE: &[Form] = forms!("doc" "xls" "ppt" "pps" "ppts");
const WORDS: &[Form] = forms!("docx" "zip");
const SHEETS: &[Form] = forms!("xlsx" "zip");
const SLIDES: &[Form] = forms!("pptx" "ppts" "zip");
const OFFICE: &[Form] = forms!("zip" "docx" "xlsx" "pptx" "ppts");
const BOOK: &[Form] = forms!("epub" "zip");
const ARCHIVE: &[Form] = forms!("zip");
const RAR: &[Form] = forms!("rar");
const SEVEN: &[Form] = forms!("7z");
const MOBI: &[Form] = forms!("mobi");
const PLAIN: &[Form] = forms!("txt" "md" "markdown" "csv");
/// A PDF may have something before its mark, and a text may hold one.
const PDF_OR_PLAIN: &[Form] = forms!("pdf" "txt" "md" "markdown" "csv");

/// Whether a file begins with the mark of a document.
pub(crate) fn is_marked(start: &[u8]) -> bool {
    let marks = [b"%PDF-", OLE, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"];
    marks.iter().chain(&ZIP).any(|mark| start.starts_with(mark)) || start.get(60..68) == Some(b"BOOKMOBI")
}

/// In which forms a document may be kept, the most fitting first; none for what is none.
pub(crate) fn forms(
    reader: &mut (impl Read + Seek),
    size: u64,
    start: &[u8],
) -> Result<&'static [Form], Flaw> {
    let begins = |with: &[u8]| start.starts_with(with);
    let holds_pdf = start.windows(5).any(|window| window == b"%PDF-");
    Ok(match () {
        () if begins(b"%PDF-") => PDF,
        () if begins(OLE) => OLD_OFFICE,
        () if begins(b"Rar!\x1a\x07") => RAR,
        () if begins(b"7z\xbc\xaf\x27\x1c") => SEVEN,
        () if start.get(60..68) == Some(b"BOOKMOBI") => MOBI,
        () if ZIP.iter().any(|zip| begins(zip)) => packed(reader, size, start)?,
        () => match (holds_pdf, is_text(reader, start)?) {
            (true, true) => PDF_OR_PLAIN,
            (true, false) => PDF,
            (false, true) => PLAIN,
            (false, false) => &[],
        },
    })
}

/// What an archive holds: the main part of an office document, a book, or anything.
fn packed(reader: &mut (impl Read + Seek), size: u64, start: &[u8]) -> Result<&'static [Form], Flaw> {
    if start.windows(20).any(|window| window == b"application/epub+zip") {
        return Ok(BOOK);
    }
    if !holds(reader, size, b"[Content_Types].xml")? {
        return Ok(ARCHIVE);
    }
    for (part, forms) in
        [(&b"word/document"[..], WORDS), (b"xl/workbook", SHEETS), (b"ppt/presentation", SLIDES)]
    {
        if holds(reader, size, part)? {
            return Ok(forms);
        }
    }
    Ok(OFFICE)
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
