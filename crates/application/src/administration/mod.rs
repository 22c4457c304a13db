//! What operators do with a site over the network: each step asks whether the operator may, writes down what is done, and calls the same
//! use case as the command line.

pub mod app_keys;
pub mod audit;
pub mod error;
pub mod messages;
pub mod operators;
pub mod people;
pub mod ports;
pub mod receivers;
pub mod retention;
pub mod site;
pub mod users;
pub mod words;

use std::future::Future;
use std::sync::Arc;

use sixin_domain::operator::audit::{Action, Details};
use sixin_domain::operator::permission::Permission;
use sixin_domain::text::visible::is_name;
use sixin_domain::time::Millis;

pub use error::AdminError;

use crate::operators::access::OperatorAccess;
use crate::operators::audited::audited;
use crate::operators::caller::Caller;
use crate::operators::own_account::OwnAccount;
use crate::operators::ports::AuditLog;
use crate::ports::Clock;

/// Everything operators can do.
pub struct Administration {
    /// Who they are.
    pub access: Arc<OperatorAccess>,
    /// What was done.
    pub audit: audit::ReadAudit,
    /// Users.
    pub users: users::AdministerUsers,
    /// What belongs to people.
    pub people: people::AdministerPeople,
    /// What is too old.
    pub retention: retention::AdministerRetention,
    /// Messages.
    pub messages: messages::ReviewMessages,
    /// App keys.
    pub app_keys: app_keys::AdministerAppKeys,
    /// Settings and roles.
    pub site: site::AdministerSite,
    /// Block words.
    pub words: words::AdministerWords,
    /// Webhooks and hooks.
    pub receivers: receivers::AdministerReceivers,
    /// Operators themselves.
    pub operators: operators::AdministerOperators,
    /// What an operator does with its own account.
    pub own_account: OwnAccount,
    /// How the server does.
    pub vitals: Arc<dyn ports::Vitals>,
}

/// What every step needs.
#[derive(Clone)]
pub struct Desk {
    /// What is written down.
    pub audit: Arc<dyn AuditLog>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Longest reason, in characters.
const REASON_CHARS: usize = 500;

/// A reason that somebody can read later.
pub(crate) fn checked_reason(reason: &str) -> Result<&str, AdminError> {
    let reason = reason.trim();
    let length = reason.chars().count();
    if !(3..=REASON_CHARS).contains(&length) || !is_name(reason) {
        return Err(AdminError::invalid(format!(
            "say why you do that, in one line of 3 to {REASON_CHARS} characters"
        )));
    }
    Ok(reason)
}

/// What is written down of a step.
pub(crate) struct Deed<'a> {
    /// What it needs.
    pub(crate) permission: Permission,
    /// What it is.
    pub(crate) action: Action,
    /// To whom or what.
    pub(crate) target: &'a str,
    /// What else is to be known.
    pub(crate) details: Details,
}

impl<'a> Deed<'a> {
    pub(crate) fn new(permission: Permission, action: Action, target: &'a str) -> Self {
        Self { permission, action, target, details: Details::new() }
    }

    /// With something else that is to be known.
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.details.insert(name, value.to_string());
        self
    }

    /// With the operator's reason, if there is one.
    pub(crate) fn because(self, reason: &str) -> Self {
        if reason.trim().is_empty() { self } else { self.with("reason", reason.trim()) }
    }
}

impl Desk {
    pub(crate) fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Does something that the operator may do, once it is written down.
    pub(crate) async fn carry_out<T, E: Into<AdminError>>(
        &self,
        caller: &Caller,
        deed: Deed<'_>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, AdminError> {
        caller.need(deed.permission)?;
        let row = caller.row(self.now(), deed.action, deed.target, deed.details);
        audited(&*self.audit, row, async { work.await.map_err(Into::into) }).await
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::operators::manage::tests::operator;
    use crate::operators::ports::MockAuditLog;
    use crate::ports::MockClock;
    use sixin_domain::operator::OperatorRole;
    use sixin_domain::operator::audit::NewAuditRow;
    use std::sync::Mutex;

    pub(crate) const NOW: Millis = Millis(1_000_000);

    /// What was written down, as `action target details`.
    #[derive(Clone, Default)]
    pub(crate) struct Written(Arc<Mutex<Vec<String>>>);

    impl Written {
        pub(crate) fn take(&self) -> Vec<String> {
            std::mem::take(&mut *self.0.lock().unwrap())
        }
    }

    pub(crate) fn desk() -> (Desk, Written) {
        let (mut audit, written) = (MockAuditLog::new(), Written::default());
        let lines = written.clone();
        audit.expect_append().returning(move |row: &NewAuditRow| {
            let details: Vec<String> =
                row.details.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            let mut lines = lines.0.lock().unwrap();
            lines.push(format!("{} {}{}", row.action.word(), row.target, details.concat()));
            Ok(i64::try_from(lines.len()).unwrap())
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        (Desk { audit: Arc::new(audit), clock: Arc::new(clock) }, written)
    }

    pub(crate) fn caller(role: OperatorRole) -> Caller {
        Caller { operator: operator("op", role), scopes: None, address: "192.0.2.1".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{caller, desk};
    use super::*;
    use sixin_domain::operator::OperatorRole;

    #[tokio::test]
    async fn what_an_operator_may_not_do_is_neither_done_nor_written_down() {
        let (desk, written) = desk();
        let deed = || Deed::new(Permission::DeleteUsers, Action::UserDelete, "ann").because(" spam ");
        let work = async { Err::<(), _>(AdminError::invalid("it was begun")) };
        let refused = desk.carry_out(&caller(OperatorRole::Support), deed(), work).await;
        assert!(matches!(refused, Err(AdminError::Forbidden(_))));
        assert_eq!(written.take(), [] as [String; 0]);
        let admin = caller(OperatorRole::Administrator);
        desk.carry_out(&admin, deed(), async { Ok::<_, AdminError>(()) }).await.unwrap();
        assert_eq!(written.take(), ["user.delete ann reason=spam"]);
    }
}
