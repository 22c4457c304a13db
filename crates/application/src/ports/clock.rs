use sixin_domain::time::Millis;

/// The time of day, and one that does not step.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970, UTC. May step, as the clocks of machines do.
    fn now(&self) -> Millis;

    /// A time that only goes on, whatever becomes of the time of day: for how long something takes or counts. It begins
    /// with the time of day at which the process began. MUST NOT step back.
    fn steady(&self) -> Millis;
}
