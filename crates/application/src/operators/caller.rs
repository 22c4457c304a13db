//! Who asks for something to be done with the site, and what they may.

use sixin_domain::operator::audit::{Action, Actor, Details, NewAuditRow};
use sixin_domain::operator::permission::{Permission, Scopes};
use sixin_domain::operator::{Operator, OperatorName, OperatorRole};
use sixin_domain::time::Millis;
use thiserror::Error;

/// Whoever asks may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("that needs the permission {} of {}s", .0.name(), .0.least_role().name())]
pub struct Forbidden(pub Permission);

/// An operator at work.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who it is.
    pub operator: Operator,
    /// What the token may be used for; `None` for somebody who signed in.
    pub scopes: Option<Scopes>,
    /// From which address.
    pub address: String,
}

impl Caller {
    /// Whether it may do that: by its role, and by its token if it has come with one.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.operator.role.may(permission) && self.scopes.as_ref().is_none_or(|scopes| scopes.has(permission))
    }

    /// Refuses what it may not do.
    ///
    /// # Errors
    /// [`Forbidden`].
    pub fn need(&self, permission: Permission) -> Result<(), Forbidden> {
        if self.may(permission) { Ok(()) } else { Err(Forbidden(permission)) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &OperatorName {
        &self.operator.name
    }

    /// Its role.
    #[must_use]
    pub fn role(&self) -> OperatorRole {
        self.operator.role
    }

    /// What is written down of something it does.
    #[must_use]
    pub fn row(&self, at: Millis, action: Action, target: &str, details: Details) -> NewAuditRow {
        NewAuditRow {
            at,
            actor: Actor::Operator(self.operator.id, self.operator.name.clone()),
            action,
            target: target.to_owned(),
            details,
            address: Some(self.address.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operators::manage::tests::operator;

    fn caller(role: OperatorRole, scopes: Option<&str>) -> Caller {
        let scopes = scopes.map(|text| Scopes::parse(text).unwrap());
        Caller { operator: operator("ann", role), scopes, address: "192.0.2.1".into() }
    }

    #[test]
    fn a_token_may_do_what_both_its_scopes_and_its_operator_may() {
        let token = caller(OperatorRole::Support, Some("users,users.delete"));
        assert!(token.may(Permission::SeeUsers));
        assert!(!token.may(Permission::DeleteUsers), "support deletes nobody, whatever the token says");
        assert!(!token.may(Permission::RestrictUsers), "support may, the token may not");
        assert!(caller(OperatorRole::Support, None).may(Permission::RestrictUsers));
        let refused = token.need(Permission::DeleteUsers).unwrap_err();
        assert_eq!(refused.to_string(), "that needs the permission users.delete of administrators");
    }
}
