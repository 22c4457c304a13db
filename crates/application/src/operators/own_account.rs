//! What an operator does with its own account: a new password, and a second factor. Whoever sits at a screen that somebody left open can
//! do none of it, since the password is asked for each time.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::operator::audit::{Action, Details};
use sixin_domain::operator::second_factor::FactorSecret;
use thiserror::Error;

use crate::operators::access::{OperatorAccess, OperatorAccessError, Proof};
use crate::operators::audited::audited;
use crate::operators::caller::Caller;
use crate::operators::manage::{self, OperatorError};
use crate::operators::ports::{Operators, SecondFactors};
use crate::ports::{SecretSource, StoreError};

/// Why an operator's own account was not changed.
#[derive(Debug, Error)]
pub enum OwnAccountError {
    /// The password or the code of the second factor is wrong.
    #[error("the password or the code is wrong")]
    Unproven,
    /// The code is not of the secret that was given with it.
    #[error("that is no code of this secret now: look at the clocks of both devices")]
    WrongCode,
    /// There were too many failures of late.
    #[error("there were too many failures; try again later")]
    Locked,
    /// The operator can't be changed so.
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for OwnAccountError {
    fn from(error: StoreError) -> Self {
        OperatorError::from(error).into()
    }
}

impl From<OperatorAccessError> for OwnAccountError {
    fn from(error: OperatorAccessError) -> Self {
        match error {
            OperatorAccessError::Wrong => Self::Unproven,
            OperatorAccessError::Locked => Self::Locked,
            OperatorAccessError::Password(error) => OperatorError::from(error).into(),
            OperatorAccessError::Store(error) => error.into(),
        }
    }
}

/// Looks after the account of the operator who calls.
pub struct OwnAccount {
    /// Checks who it is, under the limits of signing in.
    pub access: Arc<OperatorAccess>,
    /// The operators.
    pub operators: Arc<dyn Operators>,
    /// What they prove beside their passwords.
    pub factors: Arc<dyn SecondFactors>,
    /// Makes secrets.
    pub secrets: Arc<dyn SecretSource>,
}

impl OwnAccount {
    /// A secret for an app, and what the app reads from a picture. It means nothing yet and is kept nowhere.
    #[must_use]
    pub fn propose(&self, caller: &Caller) -> (FactorSecret, String) {
        let secret = FactorSecret::new(self.secrets.bytes());
        let url = secret.url(caller.name());
        (secret, url)
    }

    /// Has the operator prove more than its password from now on. The code shows that its app has the secret.
    ///
    /// # Errors
    /// See [`OwnAccountError`].
    pub async fn begin_second_factor(
        &self,
        caller: &Caller,
        proof: &Proof,
        secret: FactorSecret,
        code: &str,
    ) -> Result<(), OwnAccountError> {
        let step = secret.step_of(code, self.access.now()).ok_or(OwnAccountError::WrongCode)?;
        self.prove(caller, proof).await?;
        let work = async { Ok(self.factors.set(caller.operator.id, Some((secret, step))).await?) };
        self.write_down(caller, Action::SecondFactorOn, work).await
    }

    /// Has the operator prove no more than its password.
    ///
    /// # Errors
    /// See [`OwnAccountError`].
    pub async fn end_second_factor(&self, caller: &Caller, proof: &Proof) -> Result<(), OwnAccountError> {
        self.prove(caller, proof).await?;
        let work = async { Ok(self.factors.set(caller.operator.id, None).await?) };
        self.write_down(caller, Action::SecondFactorOff, work).await
    }

    /// Gives the operator a password of its own choice. Its sessions end, the one that asks as well.
    ///
    /// # Errors
    /// See [`OwnAccountError`].
    pub async fn set_password(
        &self,
        caller: &Caller,
        proof: &Proof,
        password: &Secret,
    ) -> Result<(), OwnAccountError> {
        self.prove(caller, proof).await?;
        let hasher = &*self.access.passwords.hasher;
        let work =
            async { Ok(manage::set_password(&*self.operators, hasher, caller.name(), password).await?) };
        self.write_down(caller, Action::OperatorPassword, work).await
    }

    async fn prove(&self, caller: &Caller, proof: &Proof) -> Result<(), OwnAccountError> {
        // An address that can't be read has limits of its own, which it shares with all such.
        let address = caller.address.parse().unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
        self.access.prove(caller.name().as_str(), proof, address).await?;
        Ok(())
    }

    async fn write_down(
        &self,
        caller: &Caller,
        action: Action,
        work: impl Future<Output = Result<(), OwnAccountError>>,
    ) -> Result<(), OwnAccountError> {
        let row = caller.row(self.access.now(), action, caller.name().as_str(), Details::new());
        audited(&*self.access.audit, row, work).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::access::testing::{ADDRESS, Mocks, NOW, known};
    use crate::operators::manage::tests::operator;
    use crate::operators::ports::{MockOperators, MockSecondFactors, OperatorChange};
    use crate::ports::MockSecretSource;
    use sixin_domain::operator::OperatorRole;

    fn secret() -> FactorSecret {
        FactorSecret::new([7; 20])
    }

    fn caller() -> Caller {
        Caller { operator: operator("ann", OperatorRole::Viewer), scopes: None, address: ADDRESS.to_string() }
    }

    fn proof(password: &str) -> Proof {
        Proof { password: Secret::new(password), code: String::new() }
    }

    /// The account of Ann, who has no second factor, and of whom so many rows are written.
    fn account(rows: usize, failed: i64, factors: MockSecondFactors, operators: MockOperators) -> OwnAccount {
        let mut mocks = Mocks { failed, ..Mocks::new() };
        known(&mut mocks, true);
        mocks.factors.expect_of().returning(|_| Ok(None));
        mocks.audit.expect_append().times(rows).returning(|_| Ok(1));
        let mut secrets = MockSecretSource::new();
        secrets.expect_bytes().returning(|| [7; 20]);
        OwnAccount {
            access: Arc::new(mocks.access()),
            operators: Arc::new(operators),
            factors: Arc::new(factors),
            secrets: Arc::new(secrets),
        }
    }

    #[test]
    fn a_secret_that_is_proposed_is_kept_nowhere() {
        let account = account(0, 0, MockSecondFactors::new(), MockOperators::new());
        let (proposed, url) = account.propose(&caller());
        assert_eq!(proposed, secret());
        assert!(url.starts_with("otpauth://totp/sixin:ann?") && url.contains(&secret().text()), "{url}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_factor_begins_with_the_password_and_a_code_which_is_used_by_it() {
        let mut factors = MockSecondFactors::new();
        let step = NOW.0 / 30_000;
        factors
            .expect_set()
            .once()
            .withf(move |_, factor| *factor == Some((secret(), step)))
            .returning(|_, _| Ok(()));
        let account = account(1, 0, factors, MockOperators::new());
        let code = secret().code(NOW).unwrap();
        account.begin_second_factor(&caller(), &proof("right"), secret(), &code).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn without_the_password_or_with_a_code_of_another_secret_nothing_begins() {
        // A wrong password is written down as a failure, as at the door.
        let account = account(1, 0, MockSecondFactors::new(), MockOperators::new());
        let code = secret().code(NOW).unwrap();
        let refused = account.begin_second_factor(&caller(), &proof("wrong"), secret(), &code).await;
        assert!(matches!(refused, Err(OwnAccountError::Unproven)));
        let other = FactorSecret::new([8; 20]);
        let refused = account.begin_second_factor(&caller(), &proof("right"), other, &code).await;
        assert!(matches!(refused, Err(OwnAccountError::WrongCode)));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_guesses_is_locked_out_here_as_at_the_door() {
        let account = account(0, 5, MockSecondFactors::new(), MockOperators::new());
        let refused = account.end_second_factor(&caller(), &proof("right")).await;
        assert!(matches!(refused, Err(OwnAccountError::Locked)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_password_of_ones_own_needs_the_old_one_and_must_be_long() {
        let mut operators = MockOperators::new();
        operators
            .expect_find()
            .returning(|_| Ok(Some((operator("ann", OperatorRole::Viewer), Secret::new("hash")))));
        operators
            .expect_change()
            .once()
            .withf(|_, change| matches!(change, OperatorChange::Password(_)))
            .returning(|_, _| Ok(()));
        // One of the change, one of the failed proof, and two of the short password: that it is tried, and that it failed.
        let account = account(4, 0, MockSecondFactors::new(), operators);
        let set = async |old: &str, new: &str| {
            account.set_password(&caller(), &proof(old), &Secret::new(new)).await
        };
        set("right", "correct horse battery").await.unwrap();
        assert!(matches!(set("wrong", "correct horse battery").await, Err(OwnAccountError::Unproven)));
        let short = set("right", "short").await;
        assert!(matches!(short, Err(OwnAccountError::Operator(OperatorError::BadPassword))));
    }
}
