//! A zip archive of one text that is made piece by piece, so that it takes the same memory whatever its length.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use zip::result::ZipResult;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

/// Bytes of text in an entry: what goes on behind it gets another entry, since more than 4 GiB in one can't be read in one
/// go by every program (Java's before 23 among them).
const ENTRY: u64 = 2 * 1024 * 1024 * 1024;

/// An archive in the making.
pub struct Archive {
    writer: ZipWriter<StreamWriter<Pieces>>,
    pieces: Pieces,
    name: String,
    entries: u32,
    in_entry: u64,
    entry: u64,
}

impl Archive {
    /// An archive whose only entry has that name; those behind it, if the text is very long, `.2` and so on at its end.
    pub fn new(name: String) -> Self {
        Self::with_entries_of(name, ENTRY)
    }

    fn with_entries_of(name: String, entry: u64) -> Self {
        let pieces = Pieces::default();
        let writer = ZipWriter::new_stream(pieces.clone());
        Self { writer, pieces, name, entries: 0, in_entry: 0, entry }
    }

    /// Compresses some more text, which is not torn apart.
    pub fn add(&mut self, text: &[u8]) -> ZipResult<()> {
        if self.entries == 0 || self.in_entry >= self.entry {
            self.begin_entry()?;
        }
        self.writer.write_all(text)?;
        self.in_entry = self.in_entry.saturating_add(text.len() as u64);
        Ok(())
    }

    fn begin_entry(&mut self) -> ZipResult<()> {
        self.entries += 1;
        self.in_entry = 0;
        let name = match self.entries {
            1 => self.name.clone(),
            number => format!("{}.{number}", self.name),
        };
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        self.writer.start_file(name, options)
    }

    /// What there is of the archive since the last time.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.pieces.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The rest of the archive.
    pub fn finish(mut self) -> ZipResult<Vec<u8>> {
        if self.entries == 0 {
            self.begin_entry()?;
        }
        let Self { writer, pieces, .. } = self;
        writer.finish()?;
        let mut pieces = pieces.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(std::mem::take(&mut *pieces))
    }
}

/// What the writer has written and nobody has taken yet.
#[derive(Clone, Default)]
struct Pieces(Arc<Mutex<Vec<u8>>>);

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::entries;

    #[test]
    fn pieces_make_an_archive_and_wait_for_no_more_than_the_compression_does() {
        let mut archive = Archive::new("a".into());
        let mut bytes = Vec::new();
        let mut text = String::new();
        let mut largest = 0;
        for number in 0_u64..30_000 {
            let line = format!("{number} {}\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            archive.add(line.as_bytes()).unwrap();
            text.push_str(&line);
            let piece = archive.take();
            largest = largest.max(piece.len());
            bytes.extend(piece);
        }
        assert!(bytes.len() > 200_000 && largest < 100_000, "{} {largest}", bytes.len());
        bytes.extend(archive.finish().unwrap());
        assert_eq!(entries(&bytes), [("a".to_owned(), text)]);
    }

    #[test]
    fn a_very_long_text_goes_on_in_another_entry() {
        let mut archive = Archive::with_entries_of("a".into(), 5);
        for line in ["123\n", "456\n", "7\n", "8901234\n"] {
            archive.add(line.as_bytes()).unwrap();
        }
        let mut bytes = archive.take();
        bytes.extend(archive.finish().unwrap());
        let expected = [("a", "123\n456\n"), ("a.2", "7\n8901234\n")];
        assert_eq!(entries(&bytes), expected.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }

    #[test]
    fn an_archive_of_nothing_has_an_empty_entry() {
        assert_eq!(entries(&Archive::new("a".into()).finish().unwrap()), [("a".to_owned(), String::new())]);
    }
}
