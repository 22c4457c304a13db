//! Numbers out of files.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// The next `N` bytes.
pub(crate) fn bytes<const N: usize>(reader: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    reader.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next four bytes, the largest first.
pub(crate) fn u32_be(reader: &mut impl Read) -> io::Result<u32> {
    bytes(reader).map(u32::from_be_bytes)
}

/// The next eight bytes, the largest first.
pub(crate) fn u64_be(reader: &mut impl Read) -> io::Result<u64> {
    bytes(reader).map(u64::from_be_bytes)
}

/// The first bytes, as many as there are.
pub(crate) fn head(reader: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(length).read_to_end(&mut head)?;
    Ok(head)
}

/// Goes on that many bytes further, perhaps behind the end. Reading on costs less than moving, which throws away what is read
/// ahead.
pub(crate) fn skip(reader: &mut (impl BufRead + Seek), length: u64) -> io::Result<()> {
    const NEAR: u64 = 8 * 1024;
    if length <= NEAR {
        io::copy(&mut reader.take(length), &mut io::sink())?;
        return Ok(());
    }
    let length = i64::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::UnexpectedEof))?;
    reader.seek(SeekFrom::Current(length)).map(drop)
}
