//! Uploads of clients that are told where to upload, and show no token there: a ticket says who may upload what
//! (docs/client-sdk.md#uploads).

use crate::access::live_ticket::{LivePass, hex, unhex};
use crate::file::FileKind;
use crate::file::link::ExpiringLink;
use crate::id::UserId;
use crate::time::Millis;

/// How long an upload may wait for its beginning, in seconds.
const UPLOAD_SECONDS: i64 = 15 * 60;
/// Longest key, in bytes.
pub const KEY_BYTES: usize = 255;
/// Longest text that is read: a key in hexadecimal digits, and a pass.
const MOST: usize = 2 * KEY_BYTES + 1024;
/// Characters of the public id of such a file.
pub(super) const FID_CHARS: usize = 32;

/// What a client may upload, and who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTicket {
    /// Who, and by what it was let in.
    pub pass: LivePass,
    /// The kind that the client says it is.
    pub kind: FileKind,
    /// What the client calls the file.
    pub key: String,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

impl UploadTicket {
    /// A ticket that works from `now` on; `None` for a key that is empty or too long.
    #[must_use]
    pub fn new(pass: LivePass, kind: FileKind, key: String, now: Millis) -> Option<Self> {
        let expires = now.0.div_euclid(1000) + UPLOAD_SECONDS;
        (1..=KEY_BYTES).contains(&key.len()).then_some(Self { pass, kind, key, expires })
    }

    /// What it says, without a signature: letters, digits and dots.
    #[must_use]
    pub fn text(&self) -> String {
        let (kind, key) = (self.kind.number(), hex(self.key.as_bytes()));
        format!("{}.{kind}.{key}.{}", self.pass.text(), self.expires)
    }

    /// Reads such a text; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST {
            return None;
        }
        let mut parts = text.split('.');
        let pass = LivePass::of_parts(&mut parts)?;
        let mut part = || parts.next();
        let kind = FileKind::from_number(part()?.parse().ok()?)?;
        let key = String::from_utf8(unhex(part()?)?).ok()?;
        let expires = part()?.parse().ok()?;
        part().is_none().then_some(Self { pass, kind, key, expires })
    }
}

impl ExpiringLink for UploadTicket {
    fn expires(&self) -> i64 {
        self.expires
    }

    fn signed_text(&self) -> String {
        format!("upload\n{}", self.text())
    }
}

/// What is signed to call the file that a user calls `key`: nobody else can tell the id from it.
#[must_use]
pub fn named_text(user: UserId, key: &str) -> String {
    format!("client upload\n{user}\n{key}")
}

/// The public id of a file, of the signature of that text.
#[must_use]
pub fn fid(signature: &str) -> String {
    signature.chars().take(FID_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::access::live_ticket::LiveProof;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn pass(user: i64) -> LivePass {
        LivePass { user: UserId(user), proof: LiveProof::Device { token: [7; 32] } }
    }

    proptest! {
        #[test]
        fn a_ticket_comes_back_as_it_was(user in 1..i64::MAX, key in "\\PC{1,60}", kind in 1..5_i64) {
            let kind = FileKind::from_number(kind).unwrap();
            let ticket = UploadTicket::new(pass(user), kind, key, NOW).unwrap();
            prop_assert_eq!(UploadTicket::parse(&ticket.text()), Some(ticket));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", parts in proptest::collection::vec("[sd0-9a-f]{0,64}", 0..9)) {
            let _ = (UploadTicket::parse(&text), UploadTicket::parse(&parts.join(".")));
        }
    }

    #[test]
    fn a_ticket_works_for_a_quarter_of_an_hour_and_for_keys_of_some_length() {
        let ticket = |key: &str| UploadTicket::new(pass(1), FileKind::Image, key.to_owned(), NOW);
        assert_eq!(ticket("k").unwrap().left(NOW), Some(900_000));
        assert_eq!(ticket("k").unwrap().left(NOW.plus(900_000)), None);
        assert!(ticket(&"k".repeat(KEY_BYTES)).is_some());
        assert_eq!((ticket(""), ticket(&"k".repeat(KEY_BYTES + 1))), (None, None));
    }

    #[test]
    fn each_user_has_names_of_its_own() {
        assert_ne!(named_text(UserId(1), "2\nk"), named_text(UserId(12), "k"));
        assert_ne!(named_text(UserId(1), "k"), named_text(UserId(2), "k"));
    }
}
