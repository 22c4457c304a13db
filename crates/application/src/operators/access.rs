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

/// What an operator knows and has.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The password.
    pub password: Secret,
    /// A code of the second factor, if the operator has one.
    pub code: String,
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
pub(crate) mod testing;
#[cfg(test)]
mod tests;
