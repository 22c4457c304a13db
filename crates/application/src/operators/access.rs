//! How operators sign in, and who a request comes from.

use std::net::IpAddr;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use sixin_domain::access::app_key::Secret;
use sixin_domain::operator::audit::{Action, Actor, Details, NewAuditRow};
use sixin_domain::operator::{Operator, OperatorName};
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::access::authenticate_user::hash_token;
use crate::access::guarded_passwords::{GuardError, GuardedPasswords};
use crate::access::ports::PasswordError;
use crate::operators::caller::Caller;
use crate::operators::manage::TOKEN_PREFIX;
use crate::operators::own_account::Proof;
use crate::operators::ports::{
    AuditLog, NewOperatorSession, OperatorSessions, OperatorTokens, Operators, SecondFactors,
};
use crate::ports::{SecretSource, StoreError, StoreResult};

/// Characters of a session's token.
const SESSION_LENGTH: usize = 40;

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum OperatorAccessError {
    /// No such operator, another password, no code of its second factor, or it is switched off. Which of these is not told.
    #[error("the name, the password or the code is wrong")]
    Wrong,
    /// There were too many failures of late.
    #[error("there were too many failures; try again later")]
    Locked,
    /// Passwords can't be checked now.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signs operators in and out.
pub struct OperatorAccess {
    /// Who they are.
    pub operators: Arc<dyn Operators>,
    /// Who is signed in.
    pub sessions: Arc<dyn OperatorSessions>,
    /// What programs come with.
    pub tokens: Arc<dyn OperatorTokens>,
    /// What they prove beside their passwords.
    pub factors: Arc<dyn SecondFactors>,
    /// Checks passwords under the same limits as those of users, and brings the time.
    pub passwords: GuardedPasswords,
    /// What is written down.
    pub audit: Arc<dyn AuditLog>,
    /// Makes tokens.
    pub secrets: Arc<dyn SecretSource>,
}

/// A signed-in operator, and the word that its forms must have.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who it is.
    pub caller: Caller,
    /// What each of its forms carries, so that no other page can send one in its name.
    pub form_token: String,
}

impl OperatorAccess {
    /// Signs in; answers the token of the session, which is stored nowhere.
    ///
    /// # Errors
    /// See [`OperatorAccessError`].
    pub async fn sign_in(
        &self,
        name: &str,
        proof: &Proof,
        address: IpAddr,
    ) -> Result<Secret, OperatorAccessError> {
        let operator = self.prove(name, proof, address).await?;
        self.begin(operator, address).await
    }

    /// Who proves to be the operator of that name: by its password, and by a code if it has a second factor.
    ///
    /// # Errors
    /// See [`OperatorAccessError`].
    pub async fn prove(
        &self,
        name: &str,
        proof: &Proof,
        address: IpAddr,
    ) -> Result<Operator, OperatorAccessError> {
        let name = OperatorName::new(name).ok();
        let found = match &name {
            Some(name) => self.operators.find(name).await?,
            None => None,
        };
        let hash = found.as_ref().map(|(_, hash)| hash);
        let subject = format!("operator {}", name.as_ref().map_or("", OperatorName::as_str));
        let operator = found.as_ref().map(|(operator, _)| operator);
        let second = self.is_code_right(operator, &proof.code);
        let checked = self.passwords.check_with(&subject, address, &proof.password, hash, second).await;
        let operator = found.map(|(operator, _)| operator);
        match (checked, operator) {
            (Ok(_), Some(operator)) if operator.is_enabled => Ok(operator),
            (Ok(_) | Err(GuardError::Wrong), operator) => {
                self.note_failure(operator.as_ref(), address).await?;
                Err(OperatorAccessError::Wrong)
            }
            (Err(GuardError::Locked), _) => Err(OperatorAccessError::Locked),
            (Err(GuardError::Password(error)), _) => Err(error.into()),
            (Err(GuardError::Store(error)), _) => Err(error.into()),
        }
    }

    /// Whether the code is one of the operator's second factor that nobody has used; anything is, if the operator has none.
    async fn is_code_right(&self, operator: Option<&Operator>, code: &str) -> StoreResult<bool> {
        let Some(operator) = operator else { return Ok(false) };
        let Some(secret) = self.factors.of(operator.id).await? else { return Ok(true) };
        match secret.step_of(code, self.now()) {
            Some(step) => self.factors.take_step(operator.id, step).await,
            None => Ok(false),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Millis {
        self.passwords.clock.now()
    }

    async fn begin(&self, operator: Operator, address: IpAddr) -> Result<Secret, OperatorAccessError> {
        let now = self.now();
        let token = Secret::new(self.secrets.alphanumeric(SESSION_LENGTH));
        let caller = Caller { operator, scopes: None, address: address.to_string() };
        let name = caller.name().to_string();
        self.audit.append(&caller.row(now, Action::SignIn, &name, Details::new())).await?;
        let session = NewOperatorSession {
            operator: caller.operator.id,
            token: hash_token(token.reveal()),
            began_at: now,
        };
        self.sessions.begin(&session).await?;
        Ok(token)
    }

    /// A name that no operator has is not written down: people type passwords into the wrong field.
    async fn note_failure(&self, operator: Option<&Operator>, address: IpAddr) -> StoreResult<()> {
        let row = NewAuditRow {
            at: self.now(),
            actor: Actor::Nobody,
            action: Action::SignInFailed,
            target: operator.map(|operator| operator.name.to_string()).unwrap_or_default(),
            details: Details::new(),
            address: Some(address.to_string()),
        };
        self.audit.append(&row).await.map(drop)
    }

    /// Whose session it is, if it still holds. What is not `is_used` by somebody, such as a page that keeps itself up to date, keeps it
    /// alive no longer.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn of_session(
        &self,
        token: &str,
        address: IpAddr,
        is_used: bool,
    ) -> StoreResult<Option<SignedIn>> {
        if token.is_empty() {
            return Ok(None);
        }
        let hash = hash_token(token);
        let now = self.now();
        let found = self.sessions.find(&hash).await?;
        let Some((operator, times)) =
            found.filter(|(operator, times)| operator.is_enabled && times.holds(now))
        else {
            return Ok(None);
        };
        if is_used && times.is_to_be_noted(now) {
            self.sessions.note(&hash, now).await?;
        }
        let caller = Caller { operator, scopes: None, address: address.to_string() };
        Ok(Some(SignedIn { caller, form_token: form_token(token) }))
    }

    /// For whom a program's token speaks, if it still holds.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn of_token(&self, token: &str, address: IpAddr) -> StoreResult<Option<Caller>> {
        if !token.starts_with(TOKEN_PREFIX) {
            return Ok(None);
        }
        let now = self.now();
        let found = self.tokens.find(&hash_token(token)).await?;
        let holds = |end: Option<Millis>| end.is_none_or(|end| now < end);
        let found = found.filter(|(operator, token)| operator.is_enabled && holds(token.ends_at));
        Ok(found.map(|(operator, token)| Caller {
            operator,
            scopes: Some(token.scopes),
            address: address.to_string(),
        }))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If the store could not.
    pub async fn sign_out(&self, token: &str, caller: &Caller) -> StoreResult<()> {
        let (now, name) = (self.now(), caller.name().to_string());
        self.audit.append(&caller.row(now, Action::SignOut, &name, Details::new())).await?;
        self.sessions.end(&hash_token(token)).await
    }
}

/// What forms of a session carry. It follows from the token, which no other page can read, and the token does not follow from it.
#[must_use]
pub fn form_token(session: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"form ");
    hash.update(session.as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::access::ports::{MockLoginFailures, MockPasswordHasher, PasswordCheck};
    use crate::operators::manage::tests::operator;
    use crate::operators::ports::{
        MockAuditLog, MockOperatorSessions, MockOperatorTokens, MockOperators, MockSecondFactors,
    };
    use crate::ports::{MockClock, MockSecretSource};
    use sixin_domain::operator::OperatorRole;

    pub(crate) const NOW: Millis = Millis(100_000_000);
    pub(crate) const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    pub(crate) struct Mocks {
        pub(crate) operators: MockOperators,
        pub(crate) sessions: MockOperatorSessions,
        pub(crate) tokens: MockOperatorTokens,
        pub(crate) factors: MockSecondFactors,
        pub(crate) audit: MockAuditLog,
        /// Failures of the pair so far.
        pub(crate) failed: i64,
    }

    impl Mocks {
        pub(crate) fn new() -> Self {
            Self {
                operators: MockOperators::new(),
                sessions: MockOperatorSessions::new(),
                tokens: MockOperatorTokens::new(),
                factors: MockSecondFactors::new(),
                audit: MockAuditLog::new(),
                failed: 0,
            }
        }

        pub(crate) fn access(self) -> OperatorAccess {
            let mut hasher = MockPasswordHasher::new();
            hasher.expect_check().returning(|password, hash| {
                let is_right = hash.is_some() && password.reveal() == "right";
                Ok(if is_right { PasswordCheck::Right { is_outdated: false } } else { PasswordCheck::Wrong })
            });
            hasher.expect_hash().returning(|_| Ok("hash".to_owned()));
            let mut failures = MockLoginFailures::new();
            let failed = self.failed;
            failures.expect_count().returning(move |keys| Ok(vec![failed; keys.len()]));
            failures.expect_add().returning(|_, _| Ok(()));
            failures.expect_withdraw().returning(|_, _| Ok(()));
            failures.expect_clear().returning(|_| Ok(()));
            let mut clock = MockClock::new();
            clock.expect_now().return_const(NOW);
            clock.expect_steady().return_const(NOW);
            let mut secrets = MockSecretSource::new();
            secrets.expect_alphanumeric().returning(|length| "s".repeat(length));
            OperatorAccess {
                operators: Arc::new(self.operators),
                sessions: Arc::new(self.sessions),
                tokens: Arc::new(self.tokens),
                factors: Arc::new(self.factors),
                passwords: GuardedPasswords::new(Arc::new(hasher), Arc::new(failures), Arc::new(clock)),
                audit: Arc::new(self.audit),
                secrets: Arc::new(secrets),
            }
        }
    }

    pub(crate) fn known(mocks: &mut Mocks, is_enabled: bool) {
        mocks.operators.expect_find().returning(move |name| {
            let ann = Operator { is_enabled, ..operator("ann", OperatorRole::Support) };
            Ok((name.as_str() == "ann").then(|| (ann, Secret::new("hash"))))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{ADDRESS, Mocks, NOW, known};
    use super::*;
    use crate::operators::manage::tests::operator;
    use crate::operators::ports::OperatorToken;
    use sixin_domain::operator::OperatorRole;
    use sixin_domain::operator::permission::{Permission, Scopes};
    use sixin_domain::operator::second_factor::FactorSecret;
    use sixin_domain::operator::session::{IDLE_MS, LONGEST_MS, NOTED_EVERY_MS, SessionTimes};

    fn with(password: &str) -> Proof {
        Proof { password: Secret::new(password), code: String::new() }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_signs_in_is_written_down_and_only_the_hash_of_the_session_is_kept() {
        let mut mocks = Mocks::new();
        known(&mut mocks, true);
        mocks.audit.expect_append().once().withf(|row| row.action == Action::SignIn).returning(|_| Ok(1));
        mocks.factors.expect_of().returning(|_| Ok(None));
        let hash = hash_token(&"s".repeat(40));
        mocks.sessions.expect_begin().once().withf(move |new| new.token == hash).returning(|_| Ok(()));
        let token = mocks.access().sign_in("Ann", &with("right"), ADDRESS).await.unwrap();
        assert_eq!(token.reveal(), "s".repeat(40));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_written_down_without_a_name_that_nobody_has() {
        for (name, password, is_enabled, target) in [
            ("ann", "wrong", true, "ann"),
            ("ann", "right", false, "ann"),
            ("my-password", "right", true, ""),
            ("no name", "x", true, ""),
        ] {
            let mut mocks = Mocks::new();
            known(&mut mocks, is_enabled);
            mocks.factors.expect_of().returning(|_| Ok(None));
            mocks
                .audit
                .expect_append()
                .once()
                .withf(move |row| {
                    row.action == Action::SignInFailed && row.target == target && row.actor == Actor::Nobody
                })
                .returning(|_| Ok(1));
            let refused = mocks.access().sign_in(name, &with(password), ADDRESS).await;
            assert!(matches!(refused, Err(OperatorAccessError::Wrong)), "{name} {password}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn with_a_second_factor_a_fresh_code_is_needed_too_and_a_wrong_one_looks_like_a_wrong_password() {
        let secret = FactorSecret::new([7; 20]);
        let code = secret.code(NOW).unwrap();
        // The password, the code, whether that was used before, and whether it is asked for at all.
        for (password, code, is_fresh, takes, is_let_in) in [
            ("right", code.as_str(), true, 1, true),
            ("right", code.as_str(), false, 1, false),
            ("right", "", true, 0, false),
            ("right", "000000", true, 0, false),
            ("wrong", code.as_str(), true, 0, false),
        ] {
            let mut mocks = Mocks::new();
            known(&mut mocks, true);
            let secret = secret.clone();
            mocks.factors.expect_of().returning(move |_| Ok(Some(secret.clone())));
            mocks.factors.expect_take_step().times(takes).returning(move |_, _| Ok(is_fresh));
            mocks.sessions.expect_begin().returning(|_| Ok(()));
            let action = if is_let_in { Action::SignIn } else { Action::SignInFailed };
            mocks.audit.expect_append().once().withf(move |row| row.action == action).returning(|_| Ok(1));
            let proof = Proof { password: Secret::new(password), code: code.to_owned() };
            match mocks.access().sign_in("ann", &proof, ADDRESS).await {
                Ok(_) => assert!(is_let_in, "{password} {code}"),
                Err(OperatorAccessError::Wrong) => assert!(!is_let_in, "{password} {code}"),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_failed_too_often_is_locked_out_as_users_are() {
        let mut mocks = Mocks { failed: 5, ..Mocks::new() };
        known(&mut mocks, true);
        let refused = mocks.access().sign_in("ann", &with("right"), ADDRESS).await;
        assert!(matches!(refused, Err(OperatorAccessError::Locked)));
    }

    async fn session(began: i64, used: i64, is_enabled: bool, noted: usize) -> Option<SignedIn> {
        let is_used = noted > 0;
        let mut mocks = Mocks::new();
        mocks.sessions.expect_find().returning(move |_| {
            let times = SessionTimes { began_at: NOW.plus(-began), used_at: NOW.plus(-used) };
            Ok(Some((Operator { is_enabled, ..operator("ann", OperatorRole::Support) }, times)))
        });
        mocks.sessions.expect_note().times(noted).returning(|_, _| Ok(()));
        mocks.access().of_session("token", ADDRESS, is_used).await.unwrap()
    }

    #[tokio::test]
    async fn a_session_holds_until_it_is_idle_too_old_or_its_operator_is_switched_off() {
        let signed_in = session(0, 0, true, 0).await.unwrap();
        assert_eq!(signed_in.form_token, form_token("token"));
        assert!(session(NOTED_EVERY_MS, NOTED_EVERY_MS, true, 1).await.is_some());
        assert!(session(NOTED_EVERY_MS, NOTED_EVERY_MS, true, 0).await.is_some(), "nobody has used it");
        assert!(session(IDLE_MS, IDLE_MS, true, 0).await.is_none());
        assert!(session(LONGEST_MS, 0, true, 0).await.is_none());
        assert!(session(0, 0, false, 0).await.is_none());
    }

    #[tokio::test]
    async fn a_token_speaks_for_its_operator_until_it_ends() {
        for (ends_at, is_enabled, is_let_in) in [
            (None, true, true),
            (Some(NOW.plus(1)), true, true),
            (Some(NOW), true, false),
            (None, false, false),
        ] {
            let mut mocks = Mocks::new();
            mocks.tokens.expect_find().returning(move |_| {
                let scopes = Scopes::parse("users").unwrap();
                let token = OperatorToken { id: 1, name: "ci".into(), scopes, created_at: NOW, ends_at };
                Ok(Some((Operator { is_enabled, ..operator("ann", OperatorRole::Support) }, token)))
            });
            let caller = mocks.access().of_token("sxo_x", ADDRESS).await.unwrap();
            assert_eq!(caller.is_some(), is_let_in);
            assert!(caller.is_none_or(|caller| !caller.may(Permission::RestrictUsers)));
        }
        assert!(Mocks::new().access().of_token("other", ADDRESS).await.unwrap().is_none());
    }

    #[test]
    fn the_word_of_a_form_does_not_tell_the_session() {
        assert_eq!(form_token("a").len(), 64);
        assert_ne!(form_token("a"), form_token("b"));
    }
}
