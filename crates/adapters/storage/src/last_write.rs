//! How the last write ended, for those who ask whether the database can be written.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::result::Error;
use sixin_application::operations::ports::WriteFailure;

use crate::error::write_failure_of;

/// What the write that began last tells of the database. One that began earlier and ends later knows of an older state.
#[derive(Default)]
pub(crate) struct LastWrite {
    begun: AtomicU64,
    ended: Mutex<(u64, Option<WriteFailure>)>,
}

/// A write that is under way.
#[derive(Clone, Copy)]
pub(crate) struct BegunWrite(u64);

impl LastWrite {
    pub(crate) fn begin(&self) -> BegunWrite {
        BegunWrite(self.begun.fetch_add(1, Ordering::SeqCst))
    }

    /// Notes how a write ended. An error that does not tell whether anything can be written changes nothing.
    pub(crate) fn end(&self, write: BegunWrite, error: Option<&Error>) {
        let write_failure = error.map(write_failure_of);
        if write_failure == Some(None) {
            return;
        }
        let mut ended = self.ended();
        if write.0 >= ended.0 {
            *ended = (write.0, write_failure.flatten());
        }
    }

    /// What keeps writes from succeeding, as far as the last one tells.
    pub(crate) fn failure(&self) -> Option<WriteFailure> {
        self.ended().1
    }

    fn ended(&self) -> MutexGuard<'_, (u64, Option<WriteFailure>)> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diesel::result::DatabaseErrorKind;

    fn read_only() -> Error {
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, Box::new("it only reads".to_owned()))
    }

    #[test]
    fn a_write_that_began_earlier_does_not_hide_what_a_later_one_has_met() {
        let last = LastWrite::default();
        let (early, late) = (last.begin(), last.begin());
        last.end(late, Some(&read_only()));
        last.end(early, None);
        assert_eq!(last.failure(), Some(WriteFailure::ReadOnly));
        let (early, late) = (last.begin(), last.begin());
        last.end(late, None);
        last.end(early, Some(&read_only()));
        assert_eq!(last.failure(), None);
    }

    #[test]
    fn an_error_of_the_work_itself_tells_nothing_of_the_database() {
        let last = LastWrite::default();
        last.end(last.begin(), Some(&read_only()));
        last.end(last.begin(), Some(&Error::NotFound));
        assert_eq!(last.failure(), Some(WriteFailure::ReadOnly));
    }
}
