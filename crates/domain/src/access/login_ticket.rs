//! Login tokens: what a page that knows a password hands to an app, which does not (docs/wire/fresns3.md#sign-in).

use crate::file::link::ExpiringLink;
use crate::id::{AccountId, AppKeyId, UserId};
use crate::time::Millis;

/// How long a login token works, in seconds.
pub const LOGIN_SECONDS: i64 = 5 * 60;
/// Longest text that is read.
const MOST: usize = 256;

/// Somebody who has shown the password and may be signed in, once, by one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginTicket {
    /// The account.
    pub account: AccountId,
    /// The user of it that was chosen.
    pub user: UserId,
    /// The app that asked for it; no other may use it.
    pub app_key: AppKeyId,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
    /// Tells it from others.
    pub nonce: String,
}

impl LoginTicket {
    /// A ticket that works from `now` on.
    #[must_use]
    pub fn new((account, user): (AccountId, UserId), app_key: AppKeyId, nonce: String, now: Millis) -> Self {
        Self { account, user, app_key, expires: now.0.div_euclid(1000) + LOGIN_SECONDS, nonce }
    }

    /// What it says, without a signature: letters, digits and dots.
    #[must_use]
    pub fn text(&self) -> String {
        let Self { account, user, app_key, expires, nonce } = self;
        format!("{}.{}.{}.{expires}.{nonce}", account.0, user.0, app_key.0)
    }

    /// Reads such a text; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST {
            return None;
        }
        let mut parts = text.split('.');
        let mut number = || parts.next()?.parse().ok();
        let (account, user, app_key, expires) = (number()?, number()?, number()?, number()?);
        let nonce = parts.next().filter(|nonce| !nonce.is_empty())?.to_owned();
        let ticket = Self {
            account: AccountId(account),
            user: UserId(user),
            app_key: AppKeyId(app_key),
            expires,
            nonce,
        };
        parts.next().is_none().then_some(ticket)
    }
}

impl ExpiringLink for LoginTicket {
    fn expires(&self) -> i64 {
        self.expires
    }

    fn signed_text(&self) -> String {
        format!("login ticket\n{}", self.text())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_ticket_comes_back_as_it_was(account in 1..i64::MAX, user in 1..i64::MAX, key in 1..i64::MAX) {
            let who = (AccountId(account), UserId(user));
            let ticket = LoginTicket::new(who, AppKeyId(key), "n0nce".to_owned(), Millis(1_700_000_000_000));
            prop_assert_eq!(LoginTicket::parse(&ticket.text()), Some(ticket));
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,80}", parts in proptest::collection::vec("[0-9a-z]{0,20}", 0..7)) {
            let _ = (LoginTicket::parse(&text), LoginTicket::parse(&parts.join(".")));
        }
    }

    #[test]
    fn a_ticket_ends_after_five_minutes() {
        let ticket = LoginTicket::new((AccountId(1), UserId(2)), AppKeyId(3), "n".into(), Millis(10_000));
        assert_eq!(ticket.left(Millis(10_000)), Some(300_000));
        assert_eq!(ticket.left(Millis(310_000)), None);
    }
}
