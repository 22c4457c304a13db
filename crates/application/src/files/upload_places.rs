//! How many uploads of one user may be on their way at a time, so that nobody takes all the places there are.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use sixin_domain::id::UserId;

use crate::files::ports::{ArrivingFile, FileBytesError, StagedFile};

type Table = HashMap<UserId, usize>;

/// Counts the uploads of each user that are on their way. Users without any take no memory.
#[derive(Debug)]
pub struct UploadPlaces {
    most: usize,
    taken: Arc<Mutex<Table>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    user: UserId,
    taken: Arc<Mutex<Table>>,
}

impl UploadPlaces {
    /// At most so many a user.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    /// A place for that user; `None` if it has as many as it may have.
    pub(crate) fn take(&self, user: UserId) -> Option<Place> {
        let mut table = lock(&self.taken);
        let taken = table.get(&user).copied().unwrap_or(0);
        if taken >= self.most {
            return None;
        }
        table.insert(user, taken + 1);
        Some(Place { user, taken: Arc::clone(&self.taken) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Entry::Occupied(mut taken) = lock(&self.taken).entry(self.user) {
            *taken.get_mut() = taken.get().saturating_sub(1);
            if *taken.get() == 0 {
                taken.remove();
            }
        }
    }
}

fn lock(table: &Mutex<Table>) -> MutexGuard<'_, Table> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that holds a place while it arrives, and on until it is kept or given up.
pub(crate) struct Placed {
    pub(crate) file: Box<dyn ArrivingFile>,
    pub(crate) place: Place,
}

#[async_trait]
impl ArrivingFile for Placed {
    async fn write(&mut self, piece: Bytes) -> Result<(), FileBytesError> {
        self.file.write(piece).await
    }

    async fn finish(self: Box<Self>) -> Result<StagedFile, FileBytesError> {
        let staged = self.file.finish().await?;
        Ok(StagedFile { guard: Box::new((staged.guard, self.place)), ..staged })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_gets_only_so_many_places_and_each_again_once_it_is_free() {
        let places = UploadPlaces::new(2);
        let mut held: Vec<_> = (0..2).map(|_| places.take(UserId(1)).unwrap()).collect();
        assert!(places.take(UserId(1)).is_none());
        let other = places.take(UserId(2));
        assert!(other.is_some(), "others have places of their own");
        held.pop();
        held.push(places.take(UserId(1)).unwrap());
        assert!(places.take(UserId(1)).is_none());
        drop((held, other));
        assert!(lock(&places.taken).is_empty(), "who uploads nothing takes no memory");
    }
}
