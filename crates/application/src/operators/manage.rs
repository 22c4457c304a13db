//! Making operators, and changing what they may do.

use sixin_domain::access::app_key::Secret;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::permission::Scopes;
use sixin_domain::operator::second_factor::FactorSecret;
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;
use thiserror::Error;

use crate::access::authenticate_user::hash_token;
use crate::access::ports::{PasswordError, PasswordHasher};
use crate::operations::ports::ChangeError;
use crate::operations::users::{UserError, hash_password};
use crate::operators::ports::{
    NewOperator, NewOperatorToken, OperatorChange, OperatorTokens, Operators, SecondFactors,
};
use crate::ports::{SecretSource, StoreError};

/// With what tokens begin, so that one that is found somewhere is known for what it is.
pub const TOKEN_PREFIX: &str = "sxo_";
/// Characters of a token after that: 238 bits.
const TOKEN_LENGTH: usize = 40;
/// Least length of an operator's password in characters: it opens more than that of a user.
pub const LEAST_PASSWORD: usize = 12;
/// Most tokens of an operator.
const MOST_TOKENS: usize = 100;

/// Why something was not done with an operator.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// There is no such operator.
    #[error("there is no operator {0}")]
    Unknown(OperatorName),
    /// There is one already.
    #[error("there is an operator {0} already")]
    Taken(OperatorName),
    /// The password can be guessed.
    #[error("the password of an operator must have at least 12 characters and at most 256 bytes")]
    BadPassword,
    /// A name that nobody can see, or that turns the text around it.
    #[error("the name of a token must be one line of 1 to 64 characters with something to see in it")]
    BadTokenName,
    /// There are too many.
    #[error("an operator has at most 100 tokens; revoke one first")]
    TooManyTokens,
    /// There is no such token.
    #[error("the operator has no token {0}")]
    NoToken(i64),
    /// The password could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The operator of that name.
///
/// # Errors
/// See [`OperatorError`].
pub async fn find(operators: &dyn Operators, name: &OperatorName) -> Result<Operator, OperatorError> {
    let found = operators.find(name).await?;
    found.map(|(operator, _)| operator).ok_or_else(|| OperatorError::Unknown(name.clone()))
}

async fn hashed(passwords: &dyn PasswordHasher, password: &Secret) -> Result<Secret, OperatorError> {
    if password.reveal().chars().count() < LEAST_PASSWORD {
        return Err(OperatorError::BadPassword);
    }
    hash_password(passwords, password).await.map_err(|error| match error {
        UserError::Password(error) => error.into(),
        _ => OperatorError::BadPassword,
    })
}

/// Adds an operator.
///
/// # Errors
/// See [`OperatorError`].
pub async fn create(
    operators: &dyn Operators,
    passwords: &dyn PasswordHasher,
    (name, role): (OperatorName, OperatorRole),
    password: &Secret,
    now: Millis,
) -> Result<OperatorId, OperatorError> {
    let password = hashed(passwords, password).await?;
    let new = NewOperator { name, role, password, created_at: now };
    operators.add(&new).await.map_err(|error| match error {
        ChangeError::Taken => OperatorError::Taken(new.name),
        ChangeError::Store(error) => error.into(),
    })
}

/// Gives an operator a new password, which ends its sessions.
///
/// # Errors
/// See [`OperatorError`].
pub async fn set_password(
    operators: &dyn Operators,
    passwords: &dyn PasswordHasher,
    name: &OperatorName,
    password: &Secret,
) -> Result<(), OperatorError> {
    let hash = hashed(passwords, password).await?;
    let operator = find(operators, name).await?;
    Ok(operators.change(operator.id, &OperatorChange::Password(hash)).await?)
}

/// Gives an operator another role.
///
/// # Errors
/// See [`OperatorError`].
pub async fn set_role(
    operators: &dyn Operators,
    name: &OperatorName,
    role: OperatorRole,
) -> Result<(), OperatorError> {
    let operator = find(operators, name).await?;
    Ok(operators.change(operator.id, &OperatorChange::Role(role)).await?)
}

/// Switches an operator on or off; off ends its sessions, and its tokens do not work until it is on again.
///
/// # Errors
/// See [`OperatorError`].
pub async fn set_enabled(
    operators: &dyn Operators,
    name: &OperatorName,
    is_enabled: bool,
) -> Result<(), OperatorError> {
    let operator = find(operators, name).await?;
    Ok(operators.change(operator.id, &OperatorChange::Enabled(is_enabled)).await?)
}

/// Gives an operator a second factor and answers what its app needs: to be shown now and never again.
///
/// # Errors
/// See [`OperatorError`].
pub async fn give_second_factor(
    operators: &dyn Operators,
    factors: &dyn SecondFactors,
    secrets: &dyn SecretSource,
    name: &OperatorName,
) -> Result<FactorSecret, OperatorError> {
    let operator = find(operators, name).await?;
    let secret = FactorSecret::new(secrets.bytes());
    factors.set(operator.id, Some((secret.clone(), 0))).await?;
    Ok(secret)
}

/// Has an operator prove no more than its password: for whoever has lost the app.
///
/// # Errors
/// See [`OperatorError`].
pub async fn take_second_factor(
    operators: &dyn Operators,
    factors: &dyn SecondFactors,
    name: &OperatorName,
) -> Result<(), OperatorError> {
    let operator = find(operators, name).await?;
    Ok(factors.set(operator.id, None).await?)
}

/// What a token is to be.
#[derive(Debug, Clone)]
pub struct TokenSpec {
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends; `None` means never.
    pub ends_at: Option<Millis>,
}

/// Makes a token for an operator; answers its number and the token, which is stored nowhere.
///
/// # Errors
/// See [`OperatorError`].
pub async fn create_token(
    tokens: &dyn OperatorTokens,
    secrets: &dyn SecretSource,
    operator: OperatorId,
    spec: TokenSpec,
    now: Millis,
) -> Result<(i64, Secret), OperatorError> {
    if !is_name(&spec.name) || spec.name.chars().count() > 64 {
        return Err(OperatorError::BadTokenName);
    }
    if tokens.list(operator).await?.len() >= MOST_TOKENS {
        return Err(OperatorError::TooManyTokens);
    }
    let token = Secret::new(format!("{TOKEN_PREFIX}{}", secrets.alphanumeric(TOKEN_LENGTH)));
    let TokenSpec { name, scopes, ends_at } = spec;
    let new = NewOperatorToken {
        operator,
        name,
        token: hash_token(token.reveal()),
        scopes,
        ends_at,
        created_at: now,
    };
    let id = tokens.add(&new).await?;
    Ok((id, token))
}

/// Revokes a token of an operator.
///
/// # Errors
/// See [`OperatorError`].
pub async fn revoke_token(
    tokens: &dyn OperatorTokens,
    operator: OperatorId,
    id: i64,
) -> Result<(), OperatorError> {
    if tokens.revoke(operator, id).await? {
        return Ok(());
    }
    Err(OperatorError::NoToken(id))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::access::ports::MockPasswordHasher;
    use crate::operators::ports::{MockOperatorTokens, MockOperators};
    use crate::ports::MockSecretSource;

    pub(crate) fn operator(name: &str, role: OperatorRole) -> Operator {
        Operator {
            id: OperatorId(1),
            name: OperatorName::new(name).unwrap(),
            role,
            is_enabled: true,
            created_at: Millis(0),
            signed_in_at: None,
            has_second_factor: false,
        }
    }

    fn hasher() -> MockPasswordHasher {
        let mut passwords = MockPasswordHasher::new();
        passwords.expect_hash().returning(|_| Ok("hash".to_owned()));
        passwords
    }

    fn name() -> OperatorName {
        OperatorName::new("ann").unwrap()
    }

    #[tokio::test]
    async fn a_short_password_is_refused_and_only_the_hash_of_a_long_one_is_stored() {
        let mut operators = MockOperators::new();
        operators
            .expect_add()
            .once()
            .withf(|new| new.password.reveal() == "hash")
            .returning(|_| Ok(OperatorId(1)));
        let make = async |password: &str| {
            let new = (name(), OperatorRole::Support);
            create(&operators, &hasher(), new, &Secret::new(password), Millis(0)).await
        };
        assert!(matches!(make("elevenchars").await, Err(OperatorError::BadPassword)));
        assert!(matches!(make(&"x".repeat(257)).await, Err(OperatorError::BadPassword)));
        make("twelve chars").await.unwrap();
    }

    #[tokio::test]
    async fn a_name_that_is_taken_and_one_that_nobody_has_are_said() {
        let mut operators = MockOperators::new();
        operators.expect_add().returning(|_| Err(ChangeError::Taken));
        operators.expect_find().returning(|_| Ok(None));
        let new = (name(), OperatorRole::Viewer);
        let taken = create(&operators, &hasher(), new, &Secret::new("twelve chars"), Millis(0)).await;
        assert!(matches!(taken, Err(OperatorError::Taken(_))));
        let unknown = set_role(&operators, &name(), OperatorRole::Support).await;
        assert_eq!(unknown.unwrap_err().to_string(), "there is no operator ann");
    }

    #[tokio::test]
    async fn a_token_is_shown_once_and_kept_as_its_hash() {
        let mut secrets = MockSecretSource::new();
        secrets.expect_alphanumeric().returning(|length| "t".repeat(length));
        let mut tokens = MockOperatorTokens::new();
        tokens.expect_list().returning(|_| Ok(Vec::new()));
        let whole = format!("sxo_{}", "t".repeat(40));
        let hash = hash_token(&whole);
        tokens.expect_add().once().withf(move |new| new.token == hash).returning(|_| Ok(5));
        let spec = |name: &str| TokenSpec {
            name: name.into(),
            scopes: Scopes::parse("users").unwrap(),
            ends_at: None,
        };
        let make = async |name| create_token(&tokens, &secrets, OperatorId(1), spec(name), Millis(0)).await;
        let (id, token) = make("ci").await.unwrap();
        assert_eq!((id, token.reveal()), (5, whole.as_str()));
        for wrong in ["", "\u{200b}", &"x".repeat(65)] {
            assert!(matches!(make(wrong).await, Err(OperatorError::BadTokenName)));
        }
    }
}
