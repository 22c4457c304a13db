//! Passwords are checked under limits on failures, so that nobody guesses them.
//!
//! An attempt is entered as a failure before it is looked at, and taken back if the password was right: of many attempts at
//! once, no more are looked at than may fail.

use std::future::{Future, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sixin_domain::access::app_key::Secret;
use sixin_domain::access::sign_in::{
    ACCOUNT_WINDOW_MS, FailureLimit, Network, account_pause_ms, counted_networks,
};
use sixin_domain::time::Millis;
use thiserror::Error;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::{Instant, timeout};

use crate::access::ports::{FailureKey, LoginFailures, PasswordCheck, PasswordError, PasswordHasher};
use crate::ports::{Clock, StoreError, StoreResult};

/// Turns are told apart by the first byte of their key.
const TURNS: usize = 256;
/// How many attempts of one network are under way at a time; with that few, those who are right leave room for each other.
const AT_ONCE: usize = 8;
/// How long an attempt waits for a permit.
const PATIENCE: Duration = Duration::from_secs(5);
/// A failure takes at least this long, so that nobody can tell by the time whether there is such an account and how its hash
/// was made: a bcrypt of cost 12 takes less.
const FLOOR: Duration = Duration::from_millis(600);

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
    /// One at a time for each pair of subject and network.
    pairs: Vec<Mutex<()>>,
    /// Some at a time for each network.
    networks: Vec<Semaphore>,
}

/// Under which keys an attempt is counted.
struct Counted {
    /// With its limit, and from when on failures count.
    limits: Vec<(FailureKey, FailureLimit)>,
    /// That of the subject from everywhere, which has no limit.
    subject: FailureKey,
}

impl Counted {
    /// The keys of an attempt. The first is that of subject and narrowest network, the second that of the network.
    fn of(subject: &str, address: IpAddr) -> Self {
        let scaled = |limit: FailureLimit, scale: i64| FailureLimit { most: limit.most * scale, ..limit };
        let mut limits = Vec::new();
        for Network { name, scale } in counted_networks(address) {
            limits.push((key(&["pair", subject, &name]), scaled(FailureLimit::PAIR, scale)));
            limits.push((key(&["address", &name]), scaled(FailureLimit::ADDRESS, scale)));
        }
        limits.push((key(&["all"]), FailureLimit::ALL));
        Self { limits, subject: key(&["subject", subject]) }
    }

    fn keys(&self) -> Vec<FailureKey> {
        self.limits.iter().map(|(key, _)| *key).chain([self.subject]).collect()
    }

    fn since(&self, now: Millis) -> Vec<(FailureKey, Millis)> {
        let limited = self.limits.iter().map(|(key, limit)| (*key, now.plus(-limit.window_ms)));
        limited.chain([(self.subject, now.plus(-ACCOUNT_WINDOW_MS))]).collect()
    }

    /// Whether any count is beyond its limit, where `spare` more would be allowed.
    fn is_beyond(&self, counts: &[i64], spare: i64) -> bool {
        counts.iter().zip(&self.limits).any(|(count, (_, limit))| *count + spare > limit.most)
    }
}

impl GuardedPasswords {
    /// Over these ports.
    #[must_use]
    pub fn new(
        hasher: Arc<dyn PasswordHasher>,
        failures: Arc<dyn LoginFailures>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let pairs = (0..TURNS).map(|_| Mutex::new(())).collect();
        let networks = (0..TURNS).map(|_| Semaphore::new(AT_ONCE)).collect();
        Self { hasher, failures, clock, pairs, networks }
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
        self.check_with(subject, address, password, hash, ready(Ok(true))).await
    }

    /// The same for those who must prove something else too: `second` is asked once the password is right, and what it denies counts as a
    /// failure and looks like one, so that nobody learns that the password is right.
    ///
    /// # Errors
    /// See [`GuardError`].
    pub async fn check_with(
        &self,
        subject: &str,
        address: IpAddr,
        password: &Secret,
        hash: Option<&Secret>,
        second: impl Future<Output = StoreResult<bool>> + Send,
    ) -> Result<bool, GuardError> {
        let begun = Instant::now();
        let result = self.in_turn(&Counted::of(subject, address), password, hash, second).await;
        if matches!(result, Err(GuardError::Wrong)) {
            tokio::time::sleep_until(begun + FLOOR).await;
        }
        result
    }

    async fn in_turn(
        &self,
        counted: &Counted,
        password: &Secret,
        hash: Option<&Secret>,
        second: impl Future<Output = StoreResult<bool>> + Send,
    ) -> Result<bool, GuardError> {
        let turn_of = |at: usize| counted.limits.get(at).map_or(0, |(key, _)| usize::from(key[0]) % TURNS);
        let pair = self.pairs.get(turn_of(0)).ok_or(PasswordError::Fault)?;
        let network = self.networks.get(turn_of(1)).ok_or(PasswordError::Fault)?;
        let _pair = timeout(PATIENCE, pair.lock()).await.map_err(|_| PasswordError::Busy)?;
        let place = timeout(PATIENCE, network.acquire()).await.map_err(|_| PasswordError::Busy)?;
        let _place = place.map_err(|_| PasswordError::Fault)?;
        let (at, before) = self.enter(counted).await?;
        let checked = match self.hasher.check(password, hash.map(Secret::reveal)).await {
            Ok(PasswordCheck::Wrong) => Ok(None),
            Ok(PasswordCheck::Right { is_outdated }) => {
                second.await.map(|holds| holds.then_some(is_outdated)).map_err(GuardError::from)
            }
            Err(error) => Err(error.into()),
        };
        match checked {
            Ok(None) => Err(GuardError::Wrong),
            Ok(Some(is_outdated)) => {
                self.failures.withdraw(&counted.keys(), at).await?;
                if let (true, Some((pair, _))) = (before > 0, counted.limits.first()) {
                    self.failures.clear(pair).await?;
                }
                Ok(is_outdated)
            }
            Err(error) => {
                self.failures.withdraw(&counted.keys(), at).await?;
                Err(error)
            }
        }
    }

    /// Enters an attempt as a failure; answers at which time, and how many the pair had before. An attempt at a subject
    /// with many failures waits here.
    async fn enter(&self, counted: &Counted) -> Result<(Millis, i64), GuardError> {
        let now = self.clock.steady();
        let counts = self.failures.count(&counted.since(now)).await?;
        if counted.is_beyond(&counts, 1) {
            return Err(GuardError::Locked);
        }
        self.failures.add(&counted.keys(), now).await?;
        // Others, in other processes too, may have entered meanwhile: whoever is too many by now goes.
        let with_this_one = self.failures.count(&counted.since(now)).await?;
        if counted.is_beyond(&with_this_one, 0) {
            self.failures.withdraw(&counted.keys(), now).await?;
            return Err(GuardError::Locked);
        }
        let pause = account_pause_ms(counts.last().copied().unwrap_or(0));
        tokio::time::sleep(Duration::from_millis(pause)).await;
        Ok((now, counts.first().copied().unwrap_or(0)))
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
    use crate::access::ports::{MockLoginFailures, MockPasswordHasher};
    use crate::ports::MockClock;
    use sixin_domain::time::Millis;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    /// Keys of an attempt from an IPv4 address: pair, address, all, subject.
    const KEYS: usize = 4;

    /// A guard over so many failures so far, where `right` is the password of every hash.
    fn guard(counts: [i64; KEYS], mut failures: MockLoginFailures) -> GuardedPasswords {
        let entered = Arc::new(std::sync::atomic::AtomicI64::new(0));
        let count = Arc::clone(&entered);
        failures.expect_count().returning(move |_| {
            let entered = count.load(std::sync::atomic::Ordering::SeqCst);
            Ok(counts.iter().map(|count| count + entered).collect())
        });
        failures.expect_add().withf(|keys, _| keys.len() == KEYS).returning(move |_, _| {
            entered.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            Ok(())
        });
        let mut hasher = MockPasswordHasher::new();
        hasher.expect_check().returning(|password, hash| {
            let is_right = hash.is_some() && password.reveal() == "right";
            Ok(if is_right { PasswordCheck::Right { is_outdated: true } } else { PasswordCheck::Wrong })
        });
        let mut clock = MockClock::new();
        clock.expect_steady().return_const(Millis(1_000_000_000));
        GuardedPasswords::new(Arc::new(hasher), Arc::new(failures), Arc::new(clock))
    }

    /// Failures of which one is taken back.
    fn withdrawn() -> MockLoginFailures {
        let mut failures = MockLoginFailures::new();
        failures.expect_withdraw().withf(|keys, _| keys.len() == KEYS).once().returning(|_, _| Ok(()));
        failures
    }

    async fn check(guard: &GuardedPasswords, password: &str, hash: Option<&str>) -> Result<bool, GuardError> {
        guard.check("account 1", ADDRESS, &Secret::new(password), hash.map(Secret::new).as_ref()).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_counted_before_it_is_looked_at_and_stays() {
        for hash in [Some("hash"), None] {
            let guard = guard([4, 29, 599, 0], MockLoginFailures::new());
            assert!(matches!(check(&guard, "wrong", hash).await, Err(GuardError::Wrong)));
            assert!(matches!(check(&guard, "right", hash).await, Err(GuardError::Locked)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_failed_too_often_is_refused_even_with_the_right_password() {
        for counts in [[5, 0, 0, 0], [0, 30, 0, 0], [0, 0, 600, 0]] {
            let guard = guard(counts, MockLoginFailures::new());
            assert!(matches!(check(&guard, "right", Some("hash")).await, Err(GuardError::Locked)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_takes_itself_back_and_forgets_the_failures_of_the_pair_only() {
        let mut failures = withdrawn();
        failures.expect_clear().once().returning(|_| Ok(()));
        assert!(check(&guard([4, 4, 4, 4], failures), "right", Some("hash")).await.unwrap());
        assert!(check(&guard([0, 9, 9, 9], withdrawn()), "right", Some("hash")).await.unwrap());
    }

    #[tokio::test(start_paused = true)]
    async fn failures_take_the_same_time_whatever_hash_there_is() {
        for hash in [Some("hash"), None] {
            let begun = Instant::now();
            assert!(check(&guard([0; KEYS], MockLoginFailures::new()), "wrong", hash).await.is_err());
            assert_eq!(begun.elapsed(), FLOOR);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_strangers_guess_at_gets_slower_and_is_not_locked() {
        for (failures, seconds) in [(9, 0), (10, 1), (5000, 4)] {
            let begun = Instant::now();
            assert!(check(&guard([0, 0, 0, failures], withdrawn()), "right", Some("hash")).await.is_ok());
            assert_eq!(begun.elapsed().as_secs(), seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_attempts_at_once_no_more_are_looked_at_than_may_fail() {
        let mut failures = MockLoginFailures::new();
        failures.expect_withdraw().returning(|_, _| Ok(()));
        let guard = Arc::new(guard([-5, 0, 0, 0], failures));
        let attempts: Vec<_> = (0..120)
            .map(|number| {
                let guard = Arc::clone(&guard);
                let secret = Secret::new("wrong");
                tokio::spawn(async move {
                    guard.check(&format!("account {number}"), ADDRESS, &secret, None).await
                })
            })
            .collect();
        let mut wrong = 0;
        for attempt in attempts {
            wrong += usize::from(matches!(attempt.await.unwrap(), Err(GuardError::Wrong)));
        }
        assert!((1..=30).contains(&wrong), "{wrong}");
    }

    #[test]
    fn an_address_is_counted_with_its_networks() {
        let address = "2001:db8:1:2ff::9".parse().unwrap();
        let counted = Counted::of("account 1", address);
        let most: Vec<i64> = counted.limits.iter().map(|(_, limit)| limit.most).collect();
        assert_eq!(most, [5, 30, 10, 60, 20, 120, 600]);
    }

    #[test]
    fn keys_tell_their_parts_apart() {
        assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
    }
}
