//! What the use cases need from outside. Small traits; an adapter implements each as its documentation demands.

mod cache_epochs;
mod clock;
mod secrets;

pub use cache_epochs::*;
pub use clock::*;
pub use secrets::*;

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// The cause of a failure, kept for the log.
pub type Cause = Box<dyn Error + Send + Sync>;

/// Why a store could not do what it was asked. What the caller did wrong is never a `StoreError`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Not now: locked, gone, full, read-only or out of connections. The same request may work later.
    #[error("the database is not available: {0}")]
    Unavailable(#[source] Cause),
    /// A fault on our side.
    #[error("the database answered with an unexpected error: {0}")]
    Fault(#[source] Cause),
}

impl StoreError {
    /// The same error again and again, for all who asked at once: each has the cause, and whoever logs it logs it once.
    pub fn repeated(self) -> impl Fn() -> Self {
        let is_fault = matches!(self, Self::Fault(_));
        let (Self::Unavailable(cause) | Self::Fault(cause)) = self;
        let cause: Arc<dyn Error + Send + Sync> = Arc::from(cause);
        move || {
            let cause = Box::new(Shared(Arc::clone(&cause)));
            if is_fault { Self::Fault(cause) } else { Self::Unavailable(cause) }
        }
    }
}

/// A cause that several errors have.
#[derive(Debug)]
struct Shared(Arc<dyn Error + Send + Sync>);

impl fmt::Display for Shared {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// What a port that reads or writes the store answers.
pub type StoreResult<T> = Result<T, StoreError>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_error_keeps_its_kind_text_and_cause() {
        let cause = std::io::Error::other(StoreError::Fault("inner".into()));
        let again = StoreError::Unavailable(cause.into()).repeated();
        for error in [again(), again()] {
            assert!(matches!(error, StoreError::Unavailable(_)) && error.to_string().contains("inner"));
            assert!(error.source().is_some_and(|cause| cause.source().is_some()));
        }
    }
}
