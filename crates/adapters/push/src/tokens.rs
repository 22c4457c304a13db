//! What is used again until its time is over.

use std::sync::{Mutex, PoisonError};

use sixin_domain::time::Millis;

/// A token, and until when it is used.
#[derive(Default)]
pub(crate) struct KeptToken(Mutex<Option<(String, Millis)>>);

impl KeptToken {
    /// The one there is, if it is good still.
    pub(crate) fn get(&self, now: Millis) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().filter(|(_, until)| now < *until).map(|(token, _)| token.clone())
    }

    /// Keeps another one.
    pub(crate) fn keep(&self, token: &str, until: Millis) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((token.to_owned(), until));
    }

    /// It was refused.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
