//! Operators of the tests and what signs them in.

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
