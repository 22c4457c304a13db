use std::path::Path;

use sixin_domain::file::StoredFile;
use sixin_domain::id::{FileId, UserId};
use thiserror::Error;

use crate::files::ports::FileBytesError;
use crate::ports::{Cause, StoreError, StoreResult};

/// What a column holds, whichever database it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A number, or a flag as 0 or 1.
    Number,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedColumn {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A table as it is copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedTable {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the values of a row.
    pub columns: Vec<CopiedColumn>,
    /// The last number that was given to a row, where the database numbers them by itself: no row may get it again, even if the
    /// one that had it is gone.
    pub last_number: Option<i64>,
}

/// What a store is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoreShape {
    /// The migrations it has, which are named alike in every database.
    pub migrations: Vec<String>,
    /// Its tables, in the order in which they are copied.
    pub tables: Vec<CopiedTable>,
}

/// The value of a column in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopiedValue {
    /// None.
    Null,
    /// Of a column of numbers.
    Number(i64),
    /// Of a column of texts.
    Text(String),
    /// Of a column of bytes.
    Bytes(Vec<u8>),
}

impl CopiedValue {
    /// About how many bytes of memory it takes.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Number(_) => 8,
            Self::Text(text) => text.len() + 8,
            Self::Bytes(bytes) => bytes.len() + 8,
        }
    }
}

/// The values of a row, in the order of the table's columns.
pub type CopiedRow = Vec<CopiedValue>;

/// Why a store was not copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of the backup could not be written or read.
    #[error("the backup can't be written or read: {0}")]
    Archive(#[source] Cause),
    /// There is a file of that name already.
    #[error("{0} is there already; a backup replaces nothing")]
    Exists(String),
    /// What is in the file is not what was written into it.
    #[error("the backup is damaged: {0}")]
    Damaged(String),
    /// It is of a newer version of sixin.
    #[error("the backup is of a newer version of sixin ({0}); restore it with that version")]
    Newer(String),
    /// There is a site where one is to be made.
    #[error(
        "{0} holds a site already; a store is filled only where there is none: name an empty database, or a file that does not exist"
    )]
    NotEmpty(String),
    /// Servers use the store that is to be moved.
    #[error("{0} server(s) use this store; stop them first (one that was killed counts for 15 seconds more)")]
    InUse(i64),
    /// The database could not be prepared.
    #[error(transparent)]
    Prepare(Cause),
    /// Bytes of files could not be kept or read.
    #[error(transparent)]
    Files(#[from] FileBytesError),
}

/// Rows are taken from here, table by table in the order of the shape. Blocks.
pub trait RowSource: Send {
    /// What the store is made of.
    fn shape(&self) -> &StoreShape;

    /// The next rows of a table: some, so that memory stays bounded, and none at its end.
    fn next(&mut self, table: &CopiedTable) -> Result<Vec<CopiedRow>, CopyError>;
}

/// Rows are put here, table by table. Blocks.
pub trait RowSink: Send {
    /// Adds rows of a table.
    fn add(&mut self, table: &CopiedTable, rows: &[CopiedRow]) -> Result<(), CopyError>;
}

/// One moment of a store: whatever is written meanwhile is not in it, whatever was committed before is.
pub trait StoreSnapshot: RowSource {
    /// Files of that moment whose bytes sixin keeps, `limit` of them by number after `after`.
    fn kept_files(&mut self, after: FileId, limit: i64) -> StoreResult<Vec<StoredFile>>;
}

/// A store that is being filled. Until it is finished no server may start on it.
pub trait StoreFilling: RowSink {
    /// Finishes: nobody holds anything of the store any more, numbers go on behind those that were given, and ids behind every id that
    /// a server may have given until now. With `epoch` the history gets that name.
    fn finish(self: Box<Self>, epoch: Option<&str>) -> Result<(), CopyError>;
}

/// Stores that can be copied. Blocks.
pub trait StoreCopying: Send + Sync {
    /// Holds a moment fast. Servers go on meanwhile. With `scratch`, a copy may be made in that folder first, so that a server's own
    /// log is held up for no longer than that takes.
    fn snapshot(&self, scratch: Option<&Path>) -> Result<Box<dyn StoreSnapshot>, CopyError>;

    /// The same of what belongs to one user: no secrets, nothing that is somebody else's alone.
    fn snapshot_of(&self, user: UserId) -> Result<Box<dyn StoreSnapshot>, CopyError>;

    /// Begins to fill a store that MUST be empty, else [`CopyError::NotEmpty`]. A shape with migrations that are not known MUST be
    /// refused with [`CopyError::Newer`].
    fn fill(&self, shape: &StoreShape) -> Result<Box<dyn StoreFilling>, CopyError>;

    /// How many servers use the store.
    fn servers(&self) -> StoreResult<i64>;
}

/// What is in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackupContents {
    /// Rows of all tables together.
    pub rows: u64,
    /// Messages among them.
    pub messages: u64,
    /// Files, smaller pictures included.
    pub files: u64,
    /// Bytes of these.
    pub file_bytes: u64,
}

/// A backup that is being written. Dropped before its end, it leaves nothing behind. Blocks.
pub trait BackupWriter: RowSink {
    /// Begins a file, which is kept at `path`.
    fn begin_file(&mut self, path: &str) -> Result<(), CopyError>;

    /// Adds bytes to it.
    fn add_bytes(&mut self, bytes: &[u8]) -> Result<(), CopyError>;

    /// Ends it, reads all of it back, and only then gives the file its name.
    fn finish(self: Box<Self>, shape: &StoreShape) -> Result<BackupContents, CopyError>;
}

/// A backup that was opened. Blocks.
pub trait BackupReader: RowSource {
    /// Reads all of it and compares it with the sums that were written.
    fn verify(&mut self) -> Result<BackupContents, CopyError>;

    /// Where the files in it are kept, in the order in which they are read.
    fn files(&self) -> Vec<String>;

    /// Hands the bytes of a file on, piece by piece.
    fn read_file(
        &mut self,
        path: &str,
        take: &mut dyn FnMut(Vec<u8>) -> Result<(), CopyError>,
    ) -> Result<(), CopyError>;
}
