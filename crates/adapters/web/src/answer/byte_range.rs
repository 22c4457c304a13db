//! Which bytes of a file a client asks for (RFC 9110, chapter 14). Players of films ask for parts.

use std::ops::Range;

/// What to answer with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing: there are no such bytes.
    Unsatisfiable,
}

/// Reads the header `Range`. What is no range of bytes, or several, asks for nothing in particular.
pub(crate) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let Some((first, last)) =
        header.and_then(|text| text.trim().strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
    let part = match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => return Wanted::Whole,
        (Some(first), Some(last)) => first..size.min(u64::saturating_add(last, 1)),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(length)) if first.is_empty() => size.saturating_sub(length)..size,
        _ => return Wanted::Whole,
    };
    if part.is_empty() { Wanted::Unsatisfiable } else { Wanted::Part(part) }
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
