//! Tickets: what a browser shows where it can't set headers. A ticket stands for a proof that was shown a moment ago.

use std::fmt::Write;

use crate::file::link::ExpiringLink;
use crate::id::UserId;
use crate::time::Millis;

/// How long a ticket works, in seconds.
pub const TICKET_SECONDS: i64 = 60;
/// Longest text that is read.
const MOST: usize = 1024;

/// By what a user was let in to a live stream.
#[derive(Clone, PartialEq, Eq)]
pub enum LiveProof {
    /// A session of an app.
    Session {
        /// Public id of the account.
        aid: String,
        /// SHA-256 of the session's token.
        token: [u8; 32],
        /// The platform.
        platform: i64,
    },
    /// The token of a device.
    Device {
        /// SHA-256 of it.
        token: [u8; 32],
    },
}

impl std::fmt::Debug for LiveProof {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Neither tokens nor what is made of them are logged.
        out.write_str(match self {
            Self::Session { .. } => "Session(…)",
            Self::Device { .. } => "Device(…)",
        })
    }
}

/// Who is let in, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePass {
    /// The user.
    pub user: UserId,
    /// By what.
    pub proof: LiveProof,
}

impl LivePass {
    /// What it says, in five parts with dots between them: letters and digits.
    #[must_use]
    pub(crate) fn text(&self) -> String {
        let (kind, aid, token, platform) = match &self.proof {
            LiveProof::Session { aid, token, platform } => ('s', aid.as_bytes(), token, *platform),
            LiveProof::Device { token } => ('d', &[][..], token, 0),
        };
        format!("{kind}.{}.{platform}.{}.{}", self.user.0, hex(aid), hex(token))
    }

    /// Reads such parts; `None` if they are none.
    pub(crate) fn of_parts<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut part = || parts.next();
        let (kind, user, platform, aid, token) = (part()?, part()?, part()?, part()?, part()?);
        let token = unhex(token)?.try_into().ok()?;
        let proof = match kind {
            "s" => LiveProof::Session {
                aid: String::from_utf8(unhex(aid)?).ok()?,
                token,
                platform: platform.parse().ok()?,
            },
            "d" => LiveProof::Device { token },
            _ => return None,
        };
        Some(Self { user: UserId(user.parse().ok()?), proof })
    }
}

/// A pass for a moment, to be used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveTicket {
    /// What it stands for.
    pub pass: LivePass,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
    /// Tells it from others.
    pub nonce: String,
}

impl LiveTicket {
    /// A ticket that works from `now` on.
    #[must_use]
    pub fn new(pass: LivePass, nonce: String, now: Millis) -> Self {
        Self { pass, expires: now.0.div_euclid(1000) + TICKET_SECONDS, nonce }
    }

    /// What it says, without a signature: letters, digits and dots.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}.{}.{}", self.pass.text(), self.expires, self.nonce)
    }

    /// Reads such a text; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST {
            return None;
        }
        let mut parts = text.split('.');
        let pass = LivePass::of_parts(&mut parts)?;
        let (expires, nonce) = (parts.next()?.parse().ok()?, parts.next()?.to_owned());
        (parts.next().is_none() && !nonce.is_empty()).then_some(Self { pass, expires, nonce })
    }
}

impl ExpiringLink for LiveTicket {
    fn expires(&self) -> i64 {
        self.expires
    }

    fn signed_text(&self) -> String {
        format!("live ticket\n{}", self.text())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_ticket_comes_back_as_it_was(
            user in 1..i64::MAX, aid in "\\PC{0,20}", token in any::<[u8; 32]>(), platform in 1..14_i64, is_device in any::<bool>(),
        ) {
            let proof =
                if is_device { LiveProof::Device { token } } else { LiveProof::Session { aid, token, platform } };
            let pass = LivePass { user: UserId(user), proof };
            let ticket = LiveTicket::new(pass, "n0nce".to_owned(), Millis(1_700_000_000_000));
            prop_assert_eq!(LiveTicket::parse(&ticket.text()), Some(ticket));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}", parts in proptest::collection::vec("[sd0-9a-f]{0,64}", 0..9)) {
            let _ = (LiveTicket::parse(&text), LiveTicket::parse(&parts.join(".")));
        }
    }

    #[test]
    fn a_ticket_ends_after_a_minute() {
        let pass = LivePass { user: UserId(1), proof: LiveProof::Device { token: [0; 32] } };
        let ticket = LiveTicket::new(pass, "n".to_owned(), Millis(10_000));
        assert_eq!(ticket.left(Millis(10_000)), Some(60_000));
        assert_eq!(ticket.left(Millis(70_000)), None);
    }
}
