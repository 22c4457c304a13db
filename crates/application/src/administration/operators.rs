//! Operators themselves, and the tokens of programs that speak for them. Whoever may do this can give itself everything else.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};

use super::{AdminError, Deed, Desk};
use crate::access::ports::PasswordHasher;
use crate::operators::caller::Caller;
use crate::operators::manage::{self, LEAST_PASSWORD, TokenSpec};
use crate::operators::ports::{OperatorToken, OperatorTokens, Operators, SecondFactors};
use crate::ports::SecretSource;

/// Characters of a password that is made here: 119 bits.
const MADE_PASSWORD: usize = 20;
const _: () = assert!(MADE_PASSWORD >= LEAST_PASSWORD);

/// Looks after operators.
pub struct AdministerOperators {
    /// What is written down.
    pub desk: Desk,
    /// The operators.
    pub operators: Arc<dyn Operators>,
    /// What they prove beside their passwords.
    pub factors: Arc<dyn SecondFactors>,
    /// Their tokens.
    pub tokens: Arc<dyn OperatorTokens>,
    /// Hashes passwords.
    pub passwords: Arc<dyn PasswordHasher>,
    /// Makes passwords and tokens.
    pub secrets: Arc<dyn SecretSource>,
}

/// The operator of that name.
///
/// # Errors
/// If there can't be one.
pub fn named(name: &str) -> Result<OperatorName, AdminError> {
    OperatorName::new(name).map_err(AdminError::invalid)
}

fn deed(action: Action, name: &OperatorName) -> Deed<'_> {
    Deed::new(Permission::KeepOperators, action, name.as_str())
}

/// Nobody takes away its own power: so there is always somebody left who can give it back.
fn not_oneself(caller: &Caller, name: &OperatorName) -> Result<(), AdminError> {
    if caller.name() == name {
        return Err(AdminError::invalid("you can't do that to yourself: another administrator can"));
    }
    Ok(())
}

impl AdministerOperators {
    /// All operators, by name.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Operator>, AdminError> {
        caller.need(Permission::KeepOperators)?;
        Ok(self.operators.list().await?)
    }

    /// Makes an operator with a password, or with one that is made here: it is answered, and to be shown now and never again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn create(
        &self,
        caller: &Caller,
        (name, role): (OperatorName, OperatorRole),
        password: Option<Secret>,
    ) -> Result<Option<Secret>, AdminError> {
        let (password, shown) = self.password(password);
        let deed = deed(Action::OperatorCreate, &name).with("role", role.name());
        let new = (name.clone(), role);
        let work = manage::create(&*self.operators, &*self.passwords, new, &password, self.desk.now());
        self.desk.carry_out(caller, deed, work).await?;
        Ok(shown)
    }

    /// Gives another operator another role.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_role(
        &self,
        caller: &Caller,
        name: &OperatorName,
        role: OperatorRole,
    ) -> Result<(), AdminError> {
        caller.need(Permission::KeepOperators)?;
        not_oneself(caller, name)?;
        let deed = deed(Action::OperatorRole, name).with("role", role.name());
        self.desk.carry_out(caller, deed, manage::set_role(&*self.operators, name, role)).await
    }

    /// Switches another operator on or off.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_enabled(
        &self,
        caller: &Caller,
        name: &OperatorName,
        is_enabled: bool,
    ) -> Result<(), AdminError> {
        caller.need(Permission::KeepOperators)?;
        not_oneself(caller, name)?;
        let action = if is_enabled { Action::OperatorEnable } else { Action::OperatorDisable };
        let work = manage::set_enabled(&*self.operators, name, is_enabled);
        self.desk.carry_out(caller, deed(action, name), work).await
    }

    /// Gives an operator a new password, or one that is made here and answered, to be shown once. Its sessions end.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn set_password(
        &self,
        caller: &Caller,
        name: &OperatorName,
        password: Option<Secret>,
    ) -> Result<Option<Secret>, AdminError> {
        let (password, shown) = self.password(password);
        let work = manage::set_password(&*self.operators, &*self.passwords, name, &password);
        self.desk.carry_out(caller, deed(Action::OperatorPassword, name), work).await?;
        Ok(shown)
    }

    /// Takes away the second factor of another operator, who has lost the app.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn take_second_factor(&self, caller: &Caller, name: &OperatorName) -> Result<(), AdminError> {
        caller.need(Permission::KeepOperators)?;
        not_oneself(caller, name)?;
        let work = manage::take_second_factor(&*self.operators, &*self.factors, name);
        self.desk.carry_out(caller, deed(Action::SecondFactorOff, name), work).await
    }

    /// The tokens of an operator, without what they are.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn tokens(
        &self,
        caller: &Caller,
        name: &OperatorName,
    ) -> Result<Vec<OperatorToken>, AdminError> {
        caller.need(Permission::KeepOperators)?;
        let owner = manage::find(&*self.operators, name).await?;
        Ok(self.tokens.list(owner.id).await?)
    }

    /// Makes a token; it is to be shown now and never again.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn create_token(
        &self,
        caller: &Caller,
        name: &OperatorName,
        spec: TokenSpec,
    ) -> Result<(i64, Secret), AdminError> {
        let deed =
            deed(Action::TokenCreate, name).with("name", &spec.name).with("scopes", spec.scopes.text());
        let work = async {
            let owner = manage::find(&*self.operators, name).await?;
            manage::create_token(&*self.tokens, &*self.secrets, owner.id, spec, self.desk.now()).await
        };
        self.desk.carry_out(caller, deed, work).await
    }

    /// Revokes a token.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn revoke_token(
        &self,
        caller: &Caller,
        name: &OperatorName,
        id: i64,
    ) -> Result<(), AdminError> {
        let work = async {
            let owner = manage::find(&*self.operators, name).await?;
            manage::revoke_token(&*self.tokens, owner.id, id).await
        };
        self.desk.carry_out(caller, deed(Action::TokenRevoke, name).with("token", id), work).await
    }

    /// The password that is given, or one of our own and the same to be shown.
    fn password(&self, given: Option<Secret>) -> (Secret, Option<Secret>) {
        match given {
            Some(password) => (password, None),
            None => {
                let made = Secret::new(self.secrets.alphanumeric(MADE_PASSWORD));
                (made.clone(), Some(made))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ports::MockPasswordHasher;
    use crate::administration::testing::{Written, caller, desk};
    use crate::operators::manage::tests::operator;
    use crate::operators::ports::{MockOperatorTokens, MockOperators, MockSecondFactors, OperatorChange};
    use crate::ports::MockSecretSource;
    use sixin_domain::id::OperatorId;

    fn administer(operators: MockOperators) -> (AdministerOperators, Written) {
        let (desk, written) = desk();
        let (mut passwords, mut secrets) = (MockPasswordHasher::new(), MockSecretSource::new());
        passwords.expect_hash().returning(|_| Ok("hash".to_owned()));
        secrets.expect_alphanumeric().returning(|length| "s".repeat(length));
        let mut factors = MockSecondFactors::new();
        factors.expect_set().withf(|_, factor| factor.is_none()).returning(|_, _| Ok(()));
        let administer = AdministerOperators {
            desk,
            operators: Arc::new(operators),
            factors: Arc::new(factors),
            tokens: Arc::new(MockOperatorTokens::new()),
            passwords: Arc::new(passwords),
            secrets: Arc::new(secrets),
        };
        (administer, written)
    }

    fn known() -> MockOperators {
        let mut operators = MockOperators::new();
        operators.expect_find().returning(|name| {
            Ok(Some((operator(name.as_str(), OperatorRole::Support), Secret::new("hash"))))
        });
        operators
    }

    #[tokio::test]
    async fn only_administrators_look_after_operators() {
        let (administer, written) = administer(MockOperators::new());
        let name = named("vera").unwrap();
        for role in [OperatorRole::Viewer, OperatorRole::Support] {
            let caller = caller(role);
            let new = (name.clone(), OperatorRole::Administrator);
            assert!(matches!(administer.list(&caller).await, Err(AdminError::Forbidden(_))));
            assert!(matches!(administer.create(&caller, new, None).await, Err(AdminError::Forbidden(_))));
            assert!(matches!(
                administer.set_enabled(&caller, &name, true).await,
                Err(AdminError::Forbidden(_))
            ));
            assert!(matches!(
                administer.set_password(&caller, &name, None).await,
                Err(AdminError::Forbidden(_))
            ));
            assert!(matches!(
                administer.take_second_factor(&caller, &name).await,
                Err(AdminError::Forbidden(_))
            ));
            assert!(matches!(
                administer.revoke_token(&caller, &name, 1).await,
                Err(AdminError::Forbidden(_))
            ));
        }
        assert!(written.take().is_empty());
    }

    #[tokio::test]
    async fn a_password_that_is_made_is_answered_and_not_written_down_and_one_that_is_given_is_not_answered()
    {
        let mut operators = known();
        operators.expect_add().times(2).returning(|_| Ok(OperatorId(2)));
        operators.expect_change().once().returning(|_, _| Ok(()));
        let ((administer, written), admin) = (administer(operators), caller(OperatorRole::Administrator));
        let new = |name: &str| (named(name).unwrap(), OperatorRole::Support);
        let made = administer.create(&admin, new("Vera"), None).await.unwrap();
        assert_eq!(made.unwrap().reveal(), "s".repeat(20));
        let given = Some(Secret::new("correct horse battery"));
        assert!(administer.create(&admin, new("sam"), given).await.unwrap().is_none());
        let reset = administer.set_password(&admin, &named("sam").unwrap(), None).await.unwrap();
        assert!(reset.is_some());
        let rows = written.take();
        assert_eq!(
            rows,
            [
                "operator.create vera role=support",
                "operator.create sam role=support",
                "operator.password sam"
            ]
        );
    }

    #[tokio::test]
    async fn nobody_takes_away_its_own_power() {
        let mut operators = known();
        operators
            .expect_change()
            .once()
            .withf(|_, change| matches!(change, OperatorChange::Enabled(false)))
            .returning(|_, _| Ok(()));
        let ((administer, written), admin) = (administer(operators), caller(OperatorRole::Administrator));
        let me = admin.name().clone();
        let demoted = administer.set_role(&admin, &me, OperatorRole::Viewer).await;
        assert!(matches!(demoted, Err(AdminError::Invalid(_))));
        assert!(matches!(administer.set_enabled(&admin, &me, false).await, Err(AdminError::Invalid(_))));
        assert!(matches!(administer.take_second_factor(&admin, &me).await, Err(AdminError::Invalid(_))));
        assert!(written.take().is_empty());
        administer.set_enabled(&admin, &named("sam").unwrap(), false).await.unwrap();
        administer.take_second_factor(&admin, &named("sam").unwrap()).await.unwrap();
        assert_eq!(written.take(), ["operator.disable sam", "operator.second-factor.off sam"]);
    }
}
