//! How a picture has to be turned: the one thing that is kept of what a camera writes.

/// What stands before what a camera writes, in JPEG and sometimes in WebP.
pub(super) const EXIF: &[u8] = b"Exif\0\0";
/// The number of the entry.
const ORIENTATION: u16 = 0x112;

/// How the picture has to be turned, by what its camera has written (a TIFF); `None` if not at all.
pub(super) fn read(written: &[u8]) -> Option<u8> {
    let written = written.strip_prefix(EXIF).unwrap_or(written);
    let is_small_end = match written.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = written.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_small_end { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    };
    let long = |at: usize| {
        let bytes = written.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if is_small_end { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    };
    let list = usize::try_from(long(4)?).ok()?;
    let entries = (0..usize::from(short(list)?)).filter_map(|index| list.checked_add(2 + index * 12));
    let mut entries = entries.filter(|at| short(*at) == Some(ORIENTATION));
    let value = short(entries.next()?.checked_add(8)?)?;
    u8::try_from(value).ok().filter(|value| (2..=8).contains(value))
}

/// A TIFF that says how a picture has to be turned, and nothing else.
pub(super) fn written(orientation: u8) -> Vec<u8> {
    let entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
    [&b"MM\0*\0\0\0\x08\0\x01"[..], &entry, &[0; 4]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_written_is_read_and_what_is_upright_needs_no_words() {
        for orientation in 2..=8 {
            assert_eq!(read(&written(orientation)), Some(orientation));
        }
        let small_end = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
        assert_eq!(read(small_end), Some(6));
        for other in
            [&written(1)[..], &written(9), b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", &written(6)[..18]]
        {
            assert_eq!(read(other), None, "{other:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            read(&bytes);
            read(&[b"MM\0*", &bytes[..]].concat());
            read(&[b"II*\0\x08\0\0\0", &bytes[..]].concat());
        }
    }
}
