//! Sessions of Fresns users, and what makes one valid (docs/wire/fresns.md#header-checks, rows 8 to 19 and 22).

use thiserror::Error;

use crate::id::{AccountId, UserId};
use crate::site::settings::{PrivateEnd, SiteMode};
use crate::time::Millis;
use crate::user::User;

/// A stored session. Its token is kept only as a hash, which is what it was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// The account that logged in.
    pub account: AccountId,
    /// The user it is for, or `None` for a session of the account alone.
    pub user: Option<UserId>,
    /// The platform it was made on, 1 to 13.
    pub platform: i64,
    /// When it ends; `None` means never.
    pub expired_at: Option<Millis>,
}

/// Why a caller is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum SessionRefusal {
    /// No account with that aid, or it is off.
    #[error("there is no such account")]
    AccountUnknown,
    /// No such session of the account, at an endpoint that needs no user.
    #[error("there is no such account session")]
    AccountSessionUnknown,
    /// No such session of the user.
    #[error("there is no such user session")]
    UserSessionUnknown,
    /// The session was made on another platform.
    #[error("the session belongs to another platform")]
    OtherPlatform,
    /// The user is not one of the account's.
    #[error("the user does not belong to the account")]
    ForeignUser,
    /// The session has run out.
    #[error("the session has run out")]
    Expired,
    /// The user is disabled.
    #[error("the user is disabled")]
    UserDisabled,
    /// The user has been deleted.
    #[error("the user has been deleted")]
    UserDeleted,
    /// The site's mode is neither public nor private.
    #[error("the site mode is misconfigured")]
    SiteModeUnknown,
    /// No account was named where one is needed.
    #[error("an account login is needed")]
    AccountMissing,
    /// No user was named where one is needed.
    #[error("a user login is needed")]
    UserMissing,
    /// Private site that shows nothing to users whose membership has run out.
    #[error("the membership has run out")]
    MembershipExpired,
}

/// What is known about a caller.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Whether an `aid` was sent, and the account it names, if any.
    pub account: Option<Option<AccountId>>,
    /// The session found by account and token.
    pub session: Option<Session>,
    /// Whether the account's own token was sent beside that of a user, and the session it names, if any.
    pub account_session: Option<Option<Session>>,
    /// Whether a `uid` was sent, and the user it names, if any.
    pub user: Option<Option<&'a User>>,
    /// The platform of the app key.
    pub platform: i64,
}

/// Who may call an endpoint (docs/wire/fresns.md#logins). Whoever says who it is has to prove it, also where nobody
/// needs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Everybody with an app key.
    Nobody,
    /// Everybody on a public site, its users on a private one.
    UserIfPrivate,
    /// Accounts, with or without a user.
    Account,
    /// Users.
    User,
}

/// When the membership of a former member ended; `None` for everybody else (docs/wire/fresns.md#private-sites). Whom
/// a site lets in all the same reads what is older, and changes nothing but what it has read.
#[must_use]
pub fn membership_end(user: &User, mode: Option<SiteMode>, now: Millis) -> Option<Millis> {
    user.expired_at.filter(|_| mode == Some(SiteMode::Private) && user.is_expired(now))
}

/// Whom a claim proves.
#[derive(Debug, Clone, Copy)]
pub struct Admitted<'a> {
    /// The account.
    pub account: Option<AccountId>,
    /// The user.
    pub user: Option<&'a User>,
}

/// Whom a claim proves at an endpoint that needs that login, on a site in that mode.
///
/// # Errors
/// The first condition that is not met, in the order of docs/wire/fresns.md#header-checks.
pub fn admit<'a>(
    claim: &Claim<'a>,
    need: Login,
    mode: Option<SiteMode>,
    end: PrivateEnd,
    now: Millis,
) -> Result<Admitted<'a>, SessionRefusal> {
    if let Some(account) = claim.account {
        let account = account.ok_or(SessionRefusal::AccountUnknown)?;
        holds_account_session(claim, account, now)?;
        holds_session(claim, account, now)?;
    }
    if let Some(Some(user)) = claim.user {
        user.stands()?;
    }
    let (account, user) = (claim.account.flatten(), claim.user.flatten());
    if need != Login::Nobody && mode.is_none() {
        return Err(SessionRefusal::SiteModeUnknown);
    }
    let is_private = mode == Some(SiteMode::Private);
    let needs_user = need == Login::User || (need == Login::UserIfPrivate && is_private);
    // The token of one user opens neither the account nor the account's other users.
    let is_of_user = claim.session.is_some_and(|session| session.user.is_some());
    if need == Login::Account && claim.user.is_none() && account.is_some() && is_of_user {
        return Err(SessionRefusal::AccountSessionUnknown);
    }
    // Nobody is taken for a user by its number alone.
    if account.is_none() && (needs_user || need == Login::Account || claim.user.is_some()) {
        return Err(SessionRefusal::AccountMissing);
    }
    if needs_user && user.is_none() {
        return Err(SessionRefusal::UserMissing);
    }
    let is_over = user.is_some_and(|user| user.is_expired(now));
    if needs_user && is_private && end == PrivateEnd::NothingReadable && is_over {
        return Err(SessionRefusal::MembershipExpired);
    }
    Ok(Admitted { account, user })
}

/// Where the account's own token travels beside that of a user, it must be good too.
fn holds_account_session(claim: &Claim<'_>, account: AccountId, now: Millis) -> Result<(), SessionRefusal> {
    let Some(session) = claim.account_session else { return Ok(()) };
    let session = session
        .filter(|session| session.account == account && session.user.is_none())
        .ok_or(SessionRefusal::AccountSessionUnknown)?;
    stands(&session, claim.platform, now)
}

/// Whether a session is one of that platform and has not run out.
fn stands(session: &Session, platform: i64, now: Millis) -> Result<(), SessionRefusal> {
    if session.platform != platform {
        return Err(SessionRefusal::OtherPlatform);
    }
    if session.expired_at.is_some_and(|end| end < now) {
        return Err(SessionRefusal::Expired);
    }
    Ok(())
}

fn holds_session(claim: &Claim<'_>, account: AccountId, now: Millis) -> Result<(), SessionRefusal> {
    let unknown = match claim.user {
        Some(_) => SessionRefusal::UserSessionUnknown,
        None => SessionRefusal::AccountSessionUnknown,
    };
    let session = claim.session.filter(|session| session.account == account).ok_or(unknown)?;
    if session.platform != claim.platform {
        return Err(SessionRefusal::OtherPlatform);
    }
    if let Some(user) = claim.user {
        let user = user.ok_or(SessionRefusal::UserSessionUnknown)?;
        if session.user != Some(user.id) {
            return Err(SessionRefusal::UserSessionUnknown);
        }
        if user.account != account {
            return Err(SessionRefusal::ForeignUser);
        }
    }
    if session.expired_at.is_some_and(|end| end < now) {
        return Err(SessionRefusal::Expired);
    }
    Ok(())
}

impl User {
    /// Whether the user may be signed in at all.
    ///
    /// # Errors
    /// If it is disabled or has left.
    pub fn stands(&self) -> Result<(), SessionRefusal> {
        if !self.is_enabled {
            return Err(SessionRefusal::UserDisabled);
        }
        if self.deleted_at.is_some() {
            return Err(SessionRefusal::UserDeleted);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    const NOW: Millis = Millis(5000);
    const PUBLIC: Option<SiteMode> = Some(SiteMode::Public);
    const PRIVATE: Option<SiteMode> = Some(SiteMode::Private);

    fn user() -> User {
        User { account: AccountId(1), ..testing::user(7, "mira-k") }
    }

    fn session() -> Session {
        Session { account: AccountId(1), user: Some(UserId(7)), platform: 5, expired_at: None }
    }

    fn claim(user: &User) -> Claim<'_> {
        Claim {
            account: Some(Some(AccountId(1))),
            session: Some(session()),
            account_session: None,
            user: Some(Some(user)),
            platform: 5,
        }
    }

    fn refused(claim: Claim<'_>) -> Option<SessionRefusal> {
        admit(&claim, Login::User, PUBLIC, PrivateEnd::NothingReadable, NOW).err()
    }

    #[test]
    fn a_user_with_its_own_session_is_let_in() {
        let user = user();
        assert_eq!(refused(claim(&user)), None);
    }

    #[test]
    fn each_unmet_condition_has_its_own_reason() {
        let user = user();
        let fine = claim(&user);
        let with = |session| refused(Claim { session: Some(session), ..fine });
        assert_eq!(refused(Claim { account: Some(None), ..fine }), Some(SessionRefusal::AccountUnknown));
        assert_eq!(refused(Claim { session: None, ..fine }), Some(SessionRefusal::UserSessionUnknown));
        assert_eq!(
            refused(Claim { session: None, user: None, ..fine }),
            Some(SessionRefusal::AccountSessionUnknown)
        );
        assert_eq!(with(Session { platform: 4, ..session() }), Some(SessionRefusal::OtherPlatform));
        assert_eq!(
            with(Session { user: Some(UserId(8)), ..session() }),
            Some(SessionRefusal::UserSessionUnknown)
        );
        assert_eq!(with(Session { user: None, ..session() }), Some(SessionRefusal::UserSessionUnknown));
        assert_eq!(refused(Claim { user: Some(None), ..fine }), Some(SessionRefusal::UserSessionUnknown));
        assert_eq!(
            with(Session { expired_at: Some(NOW.plus(-1)), ..session() }),
            Some(SessionRefusal::Expired)
        );
        assert_eq!(with(Session { expired_at: Some(NOW), ..session() }), None);
        assert_eq!(refused(Claim { account: None, ..fine }), Some(SessionRefusal::AccountMissing));
        assert_eq!(
            refused(Claim { user: None, session: Some(Session { user: None, ..session() }), ..fine }),
            Some(SessionRefusal::UserMissing)
        );
    }

    #[test]
    fn the_session_of_the_account_is_checked_where_it_travels_beside_that_of_the_user() {
        let user = user();
        let of_account = Session { user: None, ..session() };
        let with =
            |account_session| refused(Claim { account_session: Some(account_session), ..claim(&user) });
        assert_eq!(with(Some(of_account)), None);
        let unknown = Some(SessionRefusal::AccountSessionUnknown);
        assert_eq!(with(None), unknown);
        assert_eq!(with(Some(session())), unknown, "that of a user is none");
        assert_eq!(with(Some(Session { account: AccountId(2), ..of_account })), unknown);
        assert_eq!(with(Some(Session { platform: 4, ..of_account })), Some(SessionRefusal::OtherPlatform));
        let over = Session { expired_at: Some(NOW.plus(-1)), ..of_account };
        assert_eq!(with(Some(over)), Some(SessionRefusal::Expired));
    }

    #[test]
    fn a_session_of_another_account_is_no_session() {
        let user = user();
        let foreign = Session { account: AccountId(2), ..session() };
        assert_eq!(
            refused(Claim { session: Some(foreign), ..claim(&user) }),
            Some(SessionRefusal::UserSessionUnknown)
        );
    }

    #[test]
    fn a_user_of_another_account_is_foreign() {
        let stranger = User { account: AccountId(2), ..user() };
        assert_eq!(refused(claim(&stranger)), Some(SessionRefusal::ForeignUser));
    }

    #[test]
    fn a_disabled_or_deleted_user_is_not_let_in() {
        let disabled = User { is_enabled: false, ..user() };
        assert_eq!(refused(claim(&disabled)), Some(SessionRefusal::UserDisabled));
        let deleted = User { deleted_at: Some(NOW), ..user() };
        assert_eq!(refused(claim(&deleted)), Some(SessionRefusal::UserDeleted));
    }

    #[test]
    fn a_site_in_no_known_mode_lets_nobody_in() {
        let user = user();
        let result = admit(&claim(&user), Login::User, None, PrivateEnd::NothingReadable, NOW);
        assert_eq!(result.err(), Some(SessionRefusal::SiteModeUnknown));
    }

    #[test]
    fn an_expired_member_of_a_private_site_gets_in_only_where_old_content_stays_readable() {
        let expired = User { expired_at: Some(NOW.plus(-1)), ..user() };
        let claim = claim(&expired);
        assert_eq!(
            admit(&claim, Login::User, PRIVATE, PrivateEnd::NothingReadable, NOW).err(),
            Some(SessionRefusal::MembershipExpired)
        );
        assert!(admit(&claim, Login::User, PRIVATE, PrivateEnd::OldReadable, NOW).is_ok());
        assert!(admit(&claim, Login::User, PUBLIC, PrivateEnd::NothingReadable, NOW).is_ok());
    }

    #[test]
    fn endpoints_for_everybody_need_no_login_but_believe_no_wrong_one() {
        let user = user();
        let nobody = Claim { account: None, session: None, account_session: None, user: None, platform: 5 };
        let at = |claim: &Claim<'_>, need, mode| {
            admit(claim, need, mode, PrivateEnd::NothingReadable, NOW).map(|_| ())
        };
        assert_eq!(at(&nobody, Login::Nobody, PRIVATE), Ok(()));
        assert_eq!(at(&nobody, Login::Nobody, None), Ok(()));
        assert_eq!(at(&nobody, Login::UserIfPrivate, PUBLIC), Ok(()));
        assert_eq!(at(&nobody, Login::UserIfPrivate, PRIVATE), Err(SessionRefusal::AccountMissing));
        assert_eq!(at(&nobody, Login::Account, PUBLIC), Err(SessionRefusal::AccountMissing));
        let by_number = Claim { user: Some(Some(&user)), ..nobody };
        assert_eq!(at(&by_number, Login::Nobody, PUBLIC), Err(SessionRefusal::AccountMissing));
        let wrong = Claim { session: None, ..claim(&user) };
        assert_eq!(at(&wrong, Login::Nobody, PUBLIC), Err(SessionRefusal::UserSessionUnknown));
    }

    #[test]
    fn an_account_is_let_in_without_a_user_where_that_is_enough() {
        let account = Claim {
            account: Some(Some(AccountId(1))),
            session: Some(Session { user: None, ..session() }),
            account_session: None,
            user: None,
            platform: 5,
        };
        let admitted = admit(&account, Login::Account, PRIVATE, PrivateEnd::NothingReadable, NOW).unwrap();
        assert_eq!((admitted.account, admitted.user), (Some(AccountId(1)), None));
        let with_users_token = Claim { session: Some(session()), ..account };
        let refused = admit(&with_users_token, Login::Account, PUBLIC, PrivateEnd::NothingReadable, NOW);
        assert_eq!(refused.err(), Some(SessionRefusal::AccountSessionUnknown));
        let as_user = admit(&account, Login::User, PUBLIC, PrivateEnd::NothingReadable, NOW);
        assert_eq!(as_user.err(), Some(SessionRefusal::UserMissing));
    }
}
