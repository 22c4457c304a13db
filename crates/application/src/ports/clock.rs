use sixin_domain::time::Millis;

/// The time of day.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, UTC. May step, as the clocks of machines do.
    fn now(&self) -> Millis;
}
