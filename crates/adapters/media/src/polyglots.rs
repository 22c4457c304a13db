//! Pictures that are something else as well.

use std::io::{BufReader, Read, Seek, SeekFrom};

use aho_corasick::AhoCorasick;

use crate::Flaw;
use crate::reader::head;

/// What makes a browser run what it was shown as a picture, wherever it stands.
const SCRIPTS: [&str; 6] = ["<script", "<?php", "<html", "<!doctype html", "<iframe", "javascript:"];
/// The end of a ZIP archive, which is where programs begin to read one.
const ZIP_END: &[u8] = b"PK\x05\x06";
/// How far from the end of a file it may stand.
const ZIP_TAIL: u64 = 65_535 + 22;

/// Refuses a picture that holds a script, or is a PDF or a ZIP archive too. What cameras put behind their pictures (films,
/// notes of their own) passes.
pub(crate) fn refuse(mut file: impl Read + Seek, size: u64) -> Result<(), Flaw> {
    file.seek(SeekFrom::Start(0))?;
    let start = head(&mut file, 1024)?;
    if start.windows(5).any(|window| window == b"%PDF-") {
        return Err(Flaw::Wrong);
    }
    file.seek(SeekFrom::Start(size.saturating_sub(ZIP_TAIL)))?;
    let tail = head(&mut file, ZIP_TAIL)?;
    if tail.windows(ZIP_END.len()).any(|window| window == ZIP_END) {
        return Err(Flaw::Wrong);
    }
    file.seek(SeekFrom::Start(0))?;
    let scripts =
        AhoCorasick::builder().ascii_case_insensitive(true).build(SCRIPTS).map_err(|_| Flaw::Wrong)?;
    match scripts.stream_find_iter(BufReader::new(file)).next() {
        None => Ok(()),
        Some(Ok(_)) => Err(Flaw::Wrong),
        Some(Err(error)) => Err(error.into()),
    }
}
