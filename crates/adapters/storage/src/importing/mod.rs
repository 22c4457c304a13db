//! A Fresns database is read, and what people have there is added to the store.

mod columns;
mod messages;
mod people;
mod source;

use diesel::QueryResult;
use sixin_application::operations::ports::{
    FresnsAccount, FresnsFile, FresnsMark, FresnsUser, ImportTarget, ImportedSoFar, NameStanding,
};
use sixin_application::ports::StoreResult;
use sixin_application::users::ports::Mark;
use sixin_domain::conversation::imported::{ImportedMessage, SideMarks};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::id::{AccountId, FileId, UserId};
use sixin_domain::user::username::{Uid, Username};

pub use self::source::FresnsDatabase;
use crate::connection::connector::AnyConnection;
use crate::database::Database;
use crate::error::store_error;

impl Database {
    /// One transaction of an import. Blocks; nobody else writes.
    fn import<T>(&self, work: impl FnOnce(&mut AnyConnection) -> QueryResult<T>) -> StoreResult<T> {
        self.writer()?.write(work).map_err(|error| store_error(error.into()))
    }
}

impl ImportTarget for Database {
    fn so_far(&self) -> StoreResult<ImportedSoFar> {
        messages::so_far(&mut *self.reader()?).map_err(store_error)
    }

    fn add_accounts(&self, accounts: &[FresnsAccount]) -> StoreResult<Vec<AccountId>> {
        self.import(|conn| people::add_accounts(conn, accounts))
    }

    fn standings(&self, names: &[(Uid, Username)]) -> StoreResult<Vec<NameStanding>> {
        people::standings(&mut *self.reader()?, names).map_err(store_error)
    }

    fn add_users(&self, users: &[(AccountId, FresnsUser)]) -> StoreResult<Vec<UserId>> {
        self.import(|conn| people::add_users(conn, users))
    }

    fn add_marks(&self, mark: Mark, marks: &[(UserId, UserId, FresnsMark)]) -> StoreResult<()> {
        self.import(|conn| people::add_marks(conn, mark, marks))
    }

    fn add_files(&self, files: &[FresnsFile]) -> StoreResult<Vec<FileId>> {
        self.import(|conn| messages::add_files(conn, files))
    }

    fn add_messages(&self, added: &[ImportedMessage]) -> StoreResult<()> {
        self.import(|conn| messages::add(conn, added))
    }

    fn set_marks(&self, conversations: &[(Pair, [SideMarks; 2])]) -> StoreResult<()> {
        self.import(|conn| {
            conversations.iter().try_for_each(|(pair, marks)| messages::set_marks(conn, *pair, marks))
        })
    }
}
