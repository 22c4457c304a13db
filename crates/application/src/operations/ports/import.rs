use sixin_domain::conversation::imported::{ImportedMessage, SideMarks};
use sixin_domain::conversation::pair::Pair;
use sixin_domain::file::FileKind;
use sixin_domain::id::{AccountId, FileId, MessageId, UserId};
use sixin_domain::time::Millis;
use sixin_domain::user::username::{Uid, Username};
use thiserror::Error;

use super::CopiedRow;
use crate::ports::{StoreError, StoreResult};
use crate::users::ports::Mark;

/// Why nothing, or nothing more, is imported. What was imported until then stays, and the next run goes on behind it.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database that is read could not.
    #[error("the Fresns database can't be read")]
    Source(#[source] StoreError),
    /// It is none of Fresns, or of another generation.
    #[error("that is no database of Fresns 2.x: {0}")]
    Foreign(String),
    /// Servers use the store.
    #[error("{0} server(s) use this store; stop them first (one that was killed counts for 15 seconds more)")]
    InUse(i64),
    /// Messages of a conversation are numbered in their order, so older ones can't follow newer ones.
    #[error("people have written here already; import first, then open the site")]
    HasOwnMessages,
    /// What was imported before is not in that database.
    #[error(
        "message {0} that was imported before is another one there: two sites can't be imported into one"
    )]
    OtherSite(i64),
}

/// An account of Fresns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsAccount {
    /// Its number there.
    pub id: i64,
    /// Its public id.
    pub aid: String,
    /// Its e-mail address, as it is there.
    pub email: Option<String>,
    /// Its telephone number, as it is there.
    pub phone: Option<String>,
    /// Whatever else is taken over.
    pub rest: CopiedRow,
}

/// A user of Fresns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsUser {
    /// Its number there.
    pub id: i64,
    /// The number of its account there.
    pub account: i64,
    /// Its public number.
    pub uid: i64,
    /// Its name.
    pub username: String,
    /// Whatever else is taken over.
    pub rest: CopiedRow,
}

/// That a user of Fresns follows or blocks another, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsMark {
    /// The number of the mark there.
    pub id: i64,
    /// Who marks.
    pub user: i64,
    /// Whom.
    pub other: i64,
    /// What it calls the other.
    pub note: Option<String>,
    /// Whether the other marks it too.
    pub is_mutual: bool,
    /// Since when.
    pub at: Millis,
}

/// A conversation of Fresns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsConversation {
    /// Its number there.
    pub id: i64,
    /// Who wrote first, and to whom.
    pub users: [i64; 2],
    /// How each of them stands to it.
    pub marks: [SideMarks; 2],
}

/// What a message of Fresns says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FresnsBody {
    /// A text.
    Text(String),
    /// A file with that number.
    File(i64),
    /// Nothing that could be shown.
    Nothing,
}

/// A message of Fresns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsMessage {
    /// Its number there.
    pub id: i64,
    /// Who sent it, and who got it.
    pub users: [i64; 2],
    /// What it says.
    pub body: FresnsBody,
    /// When it was sent.
    pub sent_at: Millis,
    /// When its sender deleted it.
    pub sender_deleted_at: Option<Millis>,
    /// When its recipient did.
    pub recipient_deleted_at: Option<Millis>,
    /// When its recipient read it.
    pub read_at: Option<Millis>,
    /// Whether it shows to anybody.
    pub is_enabled: bool,
}

/// A file of Fresns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FresnsFile {
    /// Its number there.
    pub id: i64,
    /// Its public id.
    pub fid: String,
    /// Its kind.
    pub kind: FileKind,
    /// Whatever else is taken over.
    pub rest: CopiedRow,
}

/// The database of Fresns, at one moment. Rows come by number, `limit` of them behind `after`; those that were deleted there do not,
/// but users do. Blocks.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait FresnsSource: Send {
    /// Accounts.
    fn accounts(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsAccount>, ImportError>;

    /// Users.
    fn users(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsUser>, ImportError>;

    /// Who follows whom, or who blocks whom.
    fn marks(&mut self, mark: Mark, after: i64, limit: i64) -> Result<Vec<FresnsMark>, ImportError>;

    /// Conversations.
    fn conversations(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsConversation>, ImportError>;

    /// Messages.
    fn messages(&mut self, after: i64, limit: i64) -> Result<Vec<FresnsMessage>, ImportError>;

    /// The files with these numbers.
    fn files(&mut self, ids: &[i64]) -> Result<Vec<FresnsFile>, ImportError>;
}

/// What an import finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportedSoFar {
    /// The last message that was imported, with the uids of its sender and its recipient.
    pub last: Option<(MessageId, [i64; 2])>,
    /// Whether there are messages that were not.
    pub has_own_messages: bool,
}

/// How a name of a user stands to those there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameStanding {
    /// Nobody has it, nor its uid.
    Free,
    /// That user has both.
    Same(UserId),
    /// One of them is somebody else's.
    Taken,
}

/// The store that is imported into. Nothing is told to anybody: no server uses it. Each of these is one transaction. Blocks.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
pub trait ImportTarget: Send + Sync {
    /// What is there already.
    fn so_far(&self) -> StoreResult<ImportedSoFar>;

    /// Adds those accounts that are not there yet, and answers the number of each here, in their order. An address that somebody else
    /// has is left out.
    fn add_accounts(&self, accounts: &[FresnsAccount]) -> StoreResult<Vec<AccountId>>;

    /// How names and uids stand to those there are, in their order.
    fn standings(&self, names: &[(Uid, Username)]) -> StoreResult<Vec<NameStanding>>;

    /// Adds users whose names are free, each to its account, and answers the number of each here, in their order.
    fn add_users(&self, users: &[(AccountId, FresnsUser)]) -> StoreResult<Vec<UserId>>;

    /// Adds marks and notes, where there are none.
    fn add_marks(&self, mark: Mark, marks: &[(UserId, UserId, FresnsMark)]) -> StoreResult<()>;

    /// Adds those files that are not there yet, as files that are kept elsewhere, and answers the number of each here, in their order.
    fn add_files(&self, files: &[FresnsFile]) -> StoreResult<Vec<FileId>>;

    /// Adds messages, each behind those its conversation has.
    fn add_messages(&self, messages: &[ImportedMessage]) -> StoreResult<()>;

    /// Sets how both sides stand to conversations; those without a message are passed over.
    fn set_marks(&self, conversations: &[(Pair, [SideMarks; 2])]) -> StoreResult<()>;
}
