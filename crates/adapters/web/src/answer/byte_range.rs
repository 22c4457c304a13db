//! Which bytes of a file a client asks for (RFC 9110, chapter 14). Players of films ask for parts.

use std::ops;

use actix_web::http::header::{ByteRangeSpec, Range};

/// What to answer with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(ops::Range<u64>),
    /// Nothing: there are no such bytes.
    Unsatisfiable,
}

/// Reads the header `Range`. What is no range of bytes, or several, asks for nothing in particular.
pub(crate) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some(Ok(Range::Bytes(specs))) = header.map(|text| text.trim().parse()) else { return Wanted::Whole };
    let [spec] = specs.as_slice() else { return Wanted::Whole };
    match spec.to_satisfiable_range(size) {
        Some((first, last)) => Wanted::Part(first..last + 1),
        // Its end stands before its beginning, so it means nothing.
        None if matches!(spec, ByteRangeSpec::FromTo(first, last) if first > last) => Wanted::Whole,
        None => Wanted::Unsatisfiable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_range_of_bytes_is_a_part() {
        for (header, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=2-4", 2..5),
            ("bytes=8-99999999999", 8..10),
            ("bytes=3-", 3..10),
            ("bytes=-4", 6..10),
            ("bytes=-99", 0..10),
        ] {
            assert_eq!(wanted(Some(header), 10), Wanted::Part(part), "{header}");
        }
    }

    #[test]
    fn what_is_no_range_asks_for_all_and_what_is_not_there_for_nothing() {
        for header in
            ["", "bytes=", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1", "bytes=5-2", "bytes=1"]
        {
            assert_eq!(wanted(Some(header), 10), Wanted::Whole, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
        for header in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
            assert_eq!(wanted(Some(header), 10), Wanted::Unsatisfiable, "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_part_is_never_empty_nor_outside_the_file(header in "bytes=[0-9-]{0,24}", size in 0_u64..100) {
            if let Wanted::Part(part) = wanted(Some(&header), size) {
                prop_assert!(part.start < part.end && part.end <= size);
            }
        }
    }
}
