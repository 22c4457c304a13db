//! Frames: one packet is one binary message of the WebSocket (docs/client-sdk.md#frames).

use bytes::Bytes;
use sixin_domain::time::Millis;

use super::text;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// What it wants.
    pub(crate) topic: String,
    /// About whom.
    pub(crate) target: String,
    /// What the answer is to bear.
    pub(crate) id: u16,
    /// Whether it publishes and is answered as a publisher, not as one that asks.
    pub(crate) is_publish: bool,
    /// A message of protobuf.
    pub(crate) body: Bytes,
}

/// A frame of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Received {
    /// It wants something.
    Call(Call),
    /// It is there.
    Ping,
    /// It leaves.
    Disconnect,
    /// It has got something, or the frame is of a kind nobody knows: both are nothing to answer.
    Nothing,
}

impl Received {
    /// Reads a frame. `None`: it is broken.
    pub(crate) fn read(frame: &Bytes) -> Option<Self> {
        let first = *frame.first()?;
        Some(match first >> 4 {
            kind @ (3 | 5) => {
                let (topic, at) = utf(frame, 1)?;
                let (target, at) = utf(frame, at)?;
                let (id, at) = u16_at(frame, at)?;
                let body = frame.slice(at..);
                Self::Call(Call { topic, target, id, is_publish: kind == 3, body })
            }
            12 => Self::Ping,
            14 => Self::Disconnect,
            _ => Self::Nothing,
        })
    }
}

fn u16_at(frame: &Bytes, at: usize) -> Option<(u16, usize)> {
    let bytes = frame.get(at..)?.first_chunk::<2>()?;
    Some((u16::from_be_bytes(*bytes), at + 2))
}

fn utf(frame: &Bytes, at: usize) -> Option<(String, usize)> {
    let (length, at) = u16_at(frame, at)?;
    let end = at + usize::from(length);
    Some((text::read(frame.get(at..end)?)?, end))
}

/// Seconds, which last until 2106, and the milliseconds in them.
fn parts(time: Millis) -> (u32, u16) {
    let seconds = u32::try_from(time.0.div_euclid(1000)).unwrap_or(u32::MAX);
    (seconds, u16::try_from(time.0.rem_euclid(1000)).unwrap_or(0))
}

/// The client is let in.
pub(crate) fn accepted(user: &str, session: &str, now: Millis) -> Bytes {
    let mut frame = vec![0x20, 0, 0];
    text::write(&mut frame, user);
    text::write(&mut frame, session);
    frame.extend_from_slice(&u64::try_from(now.0).unwrap_or(0).to_be_bytes());
    frame.into()
}

/// The client is not let in.
pub(crate) fn turned_away(status: u8) -> Bytes {
    Bytes::copy_from_slice(&[0x20, 0, status])
}

/// The client has to go.
pub(crate) fn disconnect(status: u8) -> Bytes {
    Bytes::copy_from_slice(&[0xE0, 0, status])
}

/// The server is there.
pub(crate) fn pong() -> Bytes {
    Bytes::from_static(&[0xD0])
}

/// Something happened. It needs no acknowledgement.
pub(crate) fn publish(topic: &str, target: &str, now: Millis, body: &[u8]) -> Bytes {
    let mut frame = vec![0x30];
    frame.extend_from_slice(&parts(now).0.to_be_bytes());
    text::write(&mut frame, topic);
    text::write(&mut frame, target);
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(body);
    frame.into()
}

/// The answer to who publishes: when it was stored, and as which message.
pub(crate) fn published(id: u16, at: Millis, status: u16, uid: &str) -> Bytes {
    let (seconds, ms) = parts(at);
    let mut frame = vec![0x40];
    frame.extend_from_slice(&id.to_be_bytes());
    frame.extend_from_slice(&seconds.to_be_bytes());
    frame.extend_from_slice(&status.to_be_bytes());
    frame.extend_from_slice(&ms.to_be_bytes());
    text::write(&mut frame, uid);
    frame.into()
}

/// The answer to who asks.
pub(crate) fn answered(id: u16, now: Millis, status: u16, body: &[u8]) -> Bytes {
    let mut frame = vec![0x60];
    frame.extend_from_slice(&id.to_be_bytes());
    frame.extend_from_slice(&parts(now).0.to_be_bytes());
    frame.extend_from_slice(&status.to_be_bytes());
    frame.extend_from_slice(body);
    frame.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn frames_are_written_byte_for_byte_as_the_sdk_reads_them() {
        let at = Millis(0x0102_0304 * 1000 + 5);
        assert_eq!(accepted("ab", "s", Millis(1)).as_ref(), b"\x20\0\0\0\x02ab\0\x01s\0\0\0\0\0\0\0\x01");
        assert_eq!(turned_away(4).as_ref(), b"\x20\0\x04");
        assert_eq!(disconnect(1).as_ref(), b"\xE0\0\x01");
        assert_eq!(pong().as_ref(), b"\xD0");
        assert_eq!(publish("t", "me", at, b"x").as_ref(), b"\x30\x01\x02\x03\x04\0\x01t\0\x02me\0\0x");
        assert_eq!(published(7, at, 405, "U").as_ref(), b"\x40\0\x07\x01\x02\x03\x04\x01\x95\0\x05\0\x01U");
        assert_eq!(answered(7, at, 0, b"x").as_ref(), b"\x60\0\x07\x01\x02\x03\x04\0\0x");
    }

    #[test]
    fn frames_are_read_as_the_sdk_writes_them() {
        let call = |first: u8, is_publish| {
            let frame = [&[first][..], b"\0\x07ppMsgP\0\x03bob\0\x09body"].concat();
            let mut frame = frame;
            frame[2] = 6;
            let call = Call {
                topic: "ppMsgP".into(),
                target: "bob".into(),
                id: 9,
                is_publish,
                body: Bytes::from_static(b"body"),
            };
            assert_eq!(Received::read(&frame.into()), Some(Received::Call(call)));
        };
        call(0x32, true);
        call(0x50, false);
        let read = |frame: &'static [u8]| Received::read(&Bytes::from_static(frame));
        assert_eq!(read(&[0xC0]), Some(Received::Ping));
        assert_eq!(read(&[0xE0, 0, 4]), Some(Received::Disconnect));
        assert_eq!(read(&[0x40, 0, 1]), Some(Received::Nothing));
        assert_eq!(read(&[0xF0]), Some(Received::Nothing));
        for broken in [&[][..], &[0x30], &[0x30, 0], &[0x30, 0, 9, b'a'], b"\x30\0\x01a\0\x01b\0"] {
            assert_eq!(Received::read(&Bytes::copy_from_slice(broken)), None, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Received::read(&bytes.into());
        }
    }
}
