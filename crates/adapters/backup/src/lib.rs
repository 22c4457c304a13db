//! The file of a backup: a zip archive, so that each part has a sum of its own and any program can look into it
//! (docs/backup.md#the-file).
//!
//! - `tables/NAME/000001.jsonl`, `000002`, ...: rows, each a JSON array on a line of its own, in the order of the table's columns; bytes in
//!   base64. A part is small enough to be read at once.
//! - `files/PATH`: files, as they are kept.
//! - `backup.json`, the last entry: what all that is, and how much of it there must be.

//!
//! What belongs to one person is written in the same way, but for people: each row is a JSON object, and `person.json` is the last entry
//! (docs/people.md#export).

mod description;
mod reading;
mod room;
mod rows;
mod writing;

pub use reading::Archive;
pub use room::Room;
pub use writing::NewArchive;

use sixin_application::operations::ports::CopyError;

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> CopyError {
    CopyError::Archive(error.into())
}

#[cfg(test)]
mod tests;
