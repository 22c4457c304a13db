//! What these use cases need from outside.

use async_trait::async_trait;
use sixin_domain::access::app_key::Secret;
use sixin_domain::id::OperatorId;
use sixin_domain::operator::audit::{AuditRow, NewAuditRow};
use sixin_domain::operator::permission::Scopes;
use sixin_domain::operator::second_factor::FactorSecret;
use sixin_domain::operator::session::SessionTimes;
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};
use sixin_domain::time::Millis;

use crate::access::ports::TokenHash;
use crate::operations::ports::ChangeError;
use crate::ports::StoreResult;

/// An operator to be made.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// What it signs in as.
    pub name: OperatorName,
    /// What it may do.
    pub role: OperatorRole,
    /// The hash of its password.
    pub password: Secret,
    /// When it is made.
    pub created_at: Millis,
}

/// A change of an operator.
#[derive(Debug, Clone)]
pub enum OperatorChange {
    /// Another role.
    Role(OperatorRole),
    /// The hash of a new password.
    Password(Secret),
    /// Switched on or off.
    Enabled(bool),
}

/// Operators.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait Operators: Send + Sync {
    /// Adds one. MUST answer [`ChangeError::Taken`] if there is one of that name.
    async fn add(&self, operator: &NewOperator) -> Result<OperatorId, ChangeError>;

    /// The operator of that name, enabled or not, and the hash of its password.
    async fn find(&self, name: &OperatorName) -> StoreResult<Option<(Operator, Secret)>>;

    /// All of them, by name.
    async fn list(&self) -> StoreResult<Vec<Operator>>;

    /// Changes one. With a new password and with being switched off its sessions MUST end in the same transaction.
    async fn change(&self, id: OperatorId, change: &OperatorChange) -> StoreResult<()>;
}

/// What operators prove beside their passwords.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait SecondFactors: Send + Sync {
    /// What the app of an operator shares with the server; `None` if it has none.
    async fn of(&self, operator: OperatorId) -> StoreResult<Option<FactorSecret>>;

    /// Gives an operator a second factor with the step of the code by which it was confirmed, which MUST NOT be used again; or takes it away.
    async fn set(&self, operator: OperatorId, factor: Option<(FactorSecret, i64)>) -> StoreResult<()>;

    /// Uses the code of a step. `false`: that one or a later one was used already, in whichever process.
    async fn take_step(&self, operator: OperatorId, step: i64) -> StoreResult<bool>;
}

/// A session of an operator that begins.
#[derive(Debug, Clone)]
pub struct NewOperatorSession {
    /// Whose.
    pub operator: OperatorId,
    /// The hash of its token.
    pub token: TokenHash,
    /// When it begins.
    pub began_at: Millis,
}

/// Sessions of operators. They MUST be read from the store each time: whoever was switched off or signed out is out at once, in every
/// process.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait OperatorSessions: Send + Sync {
    /// Begins one, notes that the operator signed in, and removes those of the operator that have ended.
    async fn begin(&self, session: &NewOperatorSession) -> StoreResult<()>;

    /// The session with that token and its operator as it is now.
    async fn find(&self, token: &TokenHash) -> StoreResult<Option<(Operator, SessionTimes)>>;

    /// Notes that it was used.
    async fn note(&self, token: &TokenHash, at: Millis) -> StoreResult<()>;

    /// Ends it.
    async fn end(&self, token: &TokenHash) -> StoreResult<()>;
}

/// A token for programs, to be kept.
#[derive(Debug, Clone)]
pub struct NewOperatorToken {
    /// For whom it speaks.
    pub operator: OperatorId,
    /// What it is for, in the operator's words.
    pub name: String,
    /// Its hash.
    pub token: TokenHash,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends; `None` means never.
    pub ends_at: Option<Millis>,
    /// When it is made.
    pub created_at: Millis,
}

/// A token as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorToken {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Millis,
    /// When it ends; `None` means never.
    pub ends_at: Option<Millis>,
}

/// Tokens with which programs speak for operators.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait OperatorTokens: Send + Sync {
    /// Adds one and answers its number.
    async fn add(&self, token: &NewOperatorToken) -> StoreResult<i64>;

    /// The token with that hash and its operator as it is now.
    async fn find(&self, token: &TokenHash) -> StoreResult<Option<(Operator, OperatorToken)>>;

    /// Those of an operator, the oldest first.
    async fn list(&self, operator: OperatorId) -> StoreResult<Vec<OperatorToken>>;

    /// Removes one of an operator. `false`: there is no such token.
    async fn revoke(&self, operator: OperatorId, id: i64) -> StoreResult<bool>;
}

/// Which rows of the audit are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditQuery {
    /// Only those of whoever is called so.
    pub who: Option<String>,
    /// Only those of this action, or of those whose words begin so.
    pub action: Option<String>,
    /// Only those about this target.
    pub target: Option<String>,
    /// Only those written before this one.
    pub before: Option<i64>,
}

/// What is written down. There is deliberately no way to change or remove a row.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Writes a row and answers its number. `Ok` means that it is committed.
    async fn append(&self, row: &NewAuditRow) -> StoreResult<i64>;

    /// Rows, the newest first, so many at most.
    async fn page(&self, query: &AuditQuery, limit: i64) -> StoreResult<Vec<AuditRow>>;
}
