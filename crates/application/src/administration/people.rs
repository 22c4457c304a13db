//! What belongs to a person, handed out or taken away (docs/people.md). The same use cases as those of the command line.

use std::sync::Arc;
use std::time::Duration;

use sixin_domain::operator::audit::Action;
use sixin_domain::operator::permission::Permission;
use sixin_domain::user::User;
use sixin_domain::user::erased;

use super::ports::{ArchiveRoom, OpenArchive};
use super::users::AdministerUsers;
use super::{AdminError, Deed, Desk, checked_reason};
use crate::bulkhead::{Bulkhead, Permit};
use crate::files::ports::FileBytes;
use crate::operations::backup::{BackedUp, Copied, back_up};
use crate::operations::erase::erase;
use crate::operations::ports::{BackupContents, StoreCopying, UserErasure};
use crate::operators::caller::Caller;
use crate::users::ports::Users;

/// Exports that are made or read at a time: each needs room on a disk.
const AT_A_TIME: usize = 2;
/// How many may wait, and for how long.
const WAITING: usize = 2;
const PATIENCE: Duration = Duration::from_secs(5);

/// All that belongs to a person, ready to be read. Its place is given up when it is dropped.
pub struct ExportedPerson {
    /// Whose it is.
    pub user: Arc<User>,
    /// What is in it.
    pub contents: BackupContents,
    /// Files that were not in their place any more.
    pub missing: u64,
    /// The archive.
    pub archive: OpenArchive,
    /// Leave to keep it until it is read.
    pub permit: Permit,
}

/// A user who was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedPerson {
    /// What is left of its name.
    pub left: String,
    /// How many messages say so now.
    pub messages: u64,
}

/// Hands out and takes away what belongs to people.
pub struct AdministerPeople {
    /// What is written down.
    pub desk: Desk,
    /// Finds users.
    pub users: Arc<dyn Users>,
    /// What is exported.
    pub store: Arc<dyn StoreCopying>,
    /// Their files.
    pub files: Arc<dyn FileBytes>,
    /// Where an export waits until it is read.
    pub room: Arc<dyn ArchiveRoom>,
    /// Takes users out of the store.
    pub erasure: Arc<dyn UserErasure>,
    /// How many exports there may be.
    pub places: Bulkhead,
}

/// The places for exports.
#[must_use]
pub fn places() -> Bulkhead {
    Bulkhead::new(AT_A_TIME, WAITING, PATIENCE)
}

impl AdministerPeople {
    /// Writes all that belongs to a user into an archive that is gone once it was read.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn export(
        &self,
        caller: &Caller,
        user: &str,
        reason: &str,
    ) -> Result<ExportedPerson, AdminError> {
        caller.need(Permission::ExportUsers)?;
        let reason = checked_reason(reason)?;
        let user = AdministerUsers::found(&*self.users, user).await?;
        let permit = self.places.permit().await?;
        let deed = Deed::new(Permission::ExportUsers, Action::UserExport, user.username.as_str());
        let made = self.desk.carry_out(caller, deed.because(reason), self.made(&user)).await?;
        let (BackedUp { contents, missing }, archive) = made;
        Ok(ExportedPerson { user, contents, missing, archive, permit })
    }

    async fn made(&self, user: &User) -> Result<(BackedUp, OpenArchive), AdminError> {
        let room = Arc::clone(&self.room);
        let (writer, written) = tokio::task::spawn_blocking(move || room.begin()).await??;
        let files = Some(Arc::clone(&self.files));
        let made = back_up(Arc::clone(&self.store), files, writer, Copied::Person(user.id)).await?;
        let archive = tokio::task::spawn_blocking(move || written.open()).await??;
        Ok((made, archive))
    }

    /// Erases a user for good, whose name is said twice. Once begun it goes on, whether anybody waits for it or not.
    ///
    /// # Errors
    /// See [`AdminError`].
    pub async fn erase(
        &self,
        caller: &Caller,
        user: &str,
        confirmed: &str,
        reason: &str,
    ) -> Result<ErasedPerson, AdminError> {
        caller.need(Permission::EraseUsers)?;
        let reason = checked_reason(reason)?;
        let user = AdministerUsers::found(&*self.users, user).await?;
        if confirmed.trim() != user.username.as_str() {
            return Err(AdminError::invalid("say the username of the user once more, exactly, to erase it"));
        }
        let deed = Deed::new(Permission::EraseUsers, Action::UserErase, user.username.as_str());
        let (erasure, id, now) = (Arc::clone(&self.erasure), user.id, self.desk.now());
        let work = async {
            let erasing = tokio::spawn(async move { erase(&*erasure, id, now).await });
            Ok::<_, AdminError>(erasing.await??)
        };
        let messages = self.desk.carry_out(caller, deed.because(reason), work).await?;
        Ok(ErasedPerson { left: erased::username(id), messages })
    }
}

#[cfg(test)]
mod tests;
