//! Passwords are checked under limits on failures, so that nobody guesses them (facts: fresns 9.3).

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sixin_domain::app_key::Secret;
use sixin_domain::sign_in::{FailureLimit, counted_address};
use thiserror::Error;
use tokio::sync::Mutex;

use crate::ports::{
    Clock, FailureKey, LoginFailures, PasswordCheck, PasswordError, PasswordHasher, StoreError,
};

/// Attempts that are made one behind the other are told apart by the first byte of their key.
const TURNS: usize = 256;
/// How long an attempt waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a password was not found to be right.
#[derive(Debug, Error)]
pub enum GuardError {
    /// It is wrong, or there is none.
    #[error("the password is wrong")]
    Wrong,
    /// There were too many failures.
    #[error("there were too many failures")]
    Locked,
    /// It could not be checked.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks passwords, counts failures, and refuses those who fail too often.
pub struct GuardedPasswords {
    /// What hashes and compares.
    pub hasher: Arc<dyn PasswordHasher>,
    /// The failures.
    pub failures: Arc<dyn LoginFailures>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    turns: Vec<Mutex<()>>,
}

impl GuardedPasswords {
    /// Over these ports.
    #[must_use]
    pub fn new(
        hasher: Arc<dyn PasswordHasher>,
        failures: Arc<dyn LoginFailures>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { hasher, failures, clock, turns: (0..TURNS).map(|_| Mutex::new(())).collect() }
    }

    /// Whether the password is that of the hash; if so, says whether the hash is outdated. `subject` names whose it is,
    /// whether or not there is such a one: without a hash the same is done, and it takes as long.
    ///
    /// # Errors
    /// See [`GuardError`].
    pub async fn check(
        &self,
        subject: &str,
        address: IpAddr,
        password: &Secret,
        hash: Option<&Secret>,
    ) -> Result<bool, GuardError> {
        let address = counted_address(address).to_string();
        let pair = key(&["pair", subject, &address]);
        let limits = [
            (pair, FailureLimit::PAIR),
            (key(&["address", &address]), FailureLimit::ADDRESS),
            (key(&["all"]), FailureLimit::ALL),
        ];
        // One at a time for a pair: of many guesses at once, no more than five are looked at.
        let turn = self.turns.get(usize::from(pair[0]) % TURNS).ok_or(PasswordError::Fault)?;
        let _turn = tokio::time::timeout(PATIENCE, turn.lock()).await.map_err(|_| PasswordError::Busy)?;
        let now = self.clock.now();
        let counted = limits.map(|(key, limit)| (key, now.plus(-limit.window_ms)));
        let counts = self.failures.count(&counted).await?;
        if counts.iter().zip(&limits).any(|(count, (_, limit))| *count >= limit.most) {
            return Err(GuardError::Locked);
        }
        match self.hasher.check(password, hash.map(Secret::reveal)).await? {
            PasswordCheck::Wrong => {
                self.failures.add(&limits.map(|(key, _)| key), self.clock.now()).await?;
                Err(GuardError::Wrong)
            }
            PasswordCheck::Right { is_outdated } => {
                if counts.first().is_some_and(|count| *count > 0) {
                    self.failures.clear(&pair).await?;
                }
                Ok(is_outdated)
            }
        }
    }
}

/// Each part with its length, so that no two lists of parts are alike.
fn key(parts: &[&str]) -> FailureKey {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::{MockClock, MockLoginFailures, MockPasswordHasher};
    use sixin_domain::time::Millis;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    /// A guard over so many failures so far, where `right` is the password of every hash.
    fn guard(counts: [i64; 3], failures: MockLoginFailures) -> GuardedPasswords {
        let mut failures = failures;
        failures.expect_count().returning(move |_| Ok(counts.to_vec()));
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_check().returning(|password, hash| {
            let is_right = hash.is_some() && password.reveal() == "right";
            Ok(if is_right { PasswordCheck::Right { is_outdated: true } } else { PasswordCheck::Wrong })
        });
        let mut clock = MockClock::new();
        clock.expect_now().return_const(Millis(1_000_000_000));
        GuardedPasswords::new(Arc::new(hasher), Arc::new(failures), Arc::new(clock))
    }

    async fn check(guard: &GuardedPasswords, password: &str, hash: Option<&str>) -> Result<bool, GuardError> {
        guard.check("account 1", ADDRESS, &Secret::new(password), hash.map(Secret::new).as_ref()).await
    }

    #[tokio::test]
    async fn a_failure_is_counted_for_the_pair_the_address_and_all() {
        for hash in [Some("hash"), None] {
            let mut failures = MockLoginFailures::new();
            failures.expect_add().withf(|keys, _| keys.len() == 3).once().returning(|_, _| Ok(()));
            let guard = guard([4, 29, 599], failures);
            assert!(matches!(check(&guard, "wrong", hash).await, Err(GuardError::Wrong)));
        }
    }

    #[tokio::test]
    async fn whoever_failed_too_often_is_refused_even_with_the_right_password() {
        for counts in [[5, 0, 0], [0, 30, 0], [0, 0, 600]] {
            let guard = guard(counts, MockLoginFailures::new());
            assert!(matches!(check(&guard, "right", Some("hash")).await, Err(GuardError::Locked)));
        }
    }

    #[tokio::test]
    async fn a_success_forgets_the_failures_of_the_pair_only() {
        let mut failures = MockLoginFailures::new();
        failures.expect_clear().once().returning(|_| Ok(()));
        assert!(check(&guard([4, 4, 4], failures), "right", Some("hash")).await.unwrap());
        let untouched = guard([0, 9, 9], MockLoginFailures::new());
        assert!(check(&untouched, "right", Some("hash")).await.unwrap());
    }

    #[test]
    fn keys_tell_their_parts_apart() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
