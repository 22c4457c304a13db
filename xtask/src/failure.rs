//! The one error of these commands: a sentence for whoever typed the command.

use std::{fmt, io, path::Path};

/// Why a command stopped, ready to be printed.
#[derive(Debug)]
pub struct Failure(String);

/// What every step of a command returns.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure that says this.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A failure to read, write or remove a file.
    #[must_use]
    pub fn at(path: &Path, error: &io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }

    /// A failure to start a program.
    #[must_use]
    pub fn to_start(program: impl fmt::Display, error: &io::Error) -> Self {
        Self(format!("can't start {program}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
