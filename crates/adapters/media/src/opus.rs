//! How long a packet of Opus plays (RFC 6716, 3.1): its first byte tells.

/// The longest there may be, in microseconds.
const LONGEST: u64 = 120_000;

/// Microseconds, by the first two bytes of a packet.
pub(crate) fn micros(packet: &[u8]) -> u64 {
    let Some(first) = packet.first() else { return 0 };
    let (mode, step) = (first >> 3, u32::from(first >> 3 & 3));
    let frame = match mode {
        0..12 if step == 3 => 60_000,
        0..12 => 10_000 << step,
        12..16 => 10_000 << (step & 1),
        _ => 2_500 << step,
    };
    let frames = match first & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(0, |count| u64::from(count & 0x3f)),
    };
    (frame * frames).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::micros;

    #[test]
    fn the_first_bytes_of_a_packet_tell_how_long_it_plays() {
        for (packet, expected) in [
            (&[0b0000_0000][..], 10_000),
            (&[0b0001_1000], 60_000),
            (&[0b0110_1000], 20_000),
            (&[0b1000_0000], 2_500),
            (&[0b1111_1000], 20_000),
            (&[0b1111_1001], 40_000),
            (&[0b1111_1011, 3], 60_000),
            (&[0b1111_1011, 63], 120_000),
            (&[0b1111_1011], 0),
            (&[], 0),
        ] {
            assert_eq!(micros(packet), expected, "{packet:?}");
        }
    }
}
