//! What the site decides for everybody.

use std::sync::Arc;

use sixin_application::site::keep_sensitive_words::{KeepSensitiveWords, SensitiveWordKeeping};

use super::Parts;

/// The use cases.
pub(crate) struct Site {
    pub(crate) keep_sensitive_words: Arc<dyn KeepSensitiveWords>,
}

impl Site {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { clock, .. } = parts;
        Self {
            keep_sensitive_words: Arc::new(SensitiveWordKeeping {
                words: parts.dropping(),
                clock: Arc::clone(clock),
            }),
        }
    }
}
