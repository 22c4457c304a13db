//! The clock and the randomness of the machine.

use std::sync::LazyLock;
use std::time::Instant;

use rand::RngExt;
use rand::distr::{Alphanumeric, SampleString};
use sixin_application::ports::{Clock, SecretSource};
use sixin_domain::time::Millis;

/// When this process first asked for the time, on both clocks.
static BEGUN: LazyLock<(Instant, Millis)> = LazyLock::new(|| (Instant::now(), SystemClock.now()));

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the adapter through which time comes")]
    fn now(&self) -> Millis {
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Millis(since_1970.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
    }

    fn steady(&self) -> Millis {
        let (begun, at) = *BEGUN;
        at.plus(i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's randomness, through a generator that is fit for secrets.
#[derive(Debug, Clone, Copy)]
pub struct SystemSecrets;

impl SecretSource for SystemSecrets {
    fn alphanumeric(&self, length: usize) -> String {
        Alphanumeric.sample_string(&mut rand::rng(), length)
    }

    fn bytes(&self) -> [u8; 20] {
        rand::rng().random()
    }

    fn number(&self, digits: u32) -> i64 {
        let lowest = 10_i64.pow(digits.clamp(1, 15) - 1);
        rand::rng().random_range(lowest..lowest * 10)
    }
}
