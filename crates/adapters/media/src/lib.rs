//! What uploaded files hold. Everything a file says about itself is taken as hostile: it is read in bounded pieces, in
//! bounded time, and believed only as far as its own bytes bear it out.

mod documents;
mod iso;
mod mp3;
mod pictures;
mod polyglots;
mod reader;
mod wav;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sixin_application::ports::{InspectError, Inspected, MediaInspector};
use sixin_application::turns::{NoTurn, Turns};

/// How many files are looked into at a time: each takes a core, and a picture its pixels in memory.
const AT_A_TIME: usize = 2;
/// How many may wait for that.
const WAITING: usize = 64;
/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(15);

/// [`MediaInspector`] on the threads for blocking work.
#[derive(Debug)]
pub struct Media(Turns);

impl Default for Media {
    fn default() -> Self {
        Self(Turns::new(AT_A_TIME, WAITING, PATIENCE))
    }
}

#[async_trait]
impl MediaInspector for Media {
    async fn inspect(&self, path: &Path, extension: &str) -> Result<Inspected, InspectError> {
        let (path, extension) = (path.to_owned(), extension.to_owned());
        let work = move || inspect(&File::open(path).map_err(Flaw::Io)?, &extension);
        match self.0.take(work).await {
            Ok(found) => found.map_err(InspectError::from),
            Err(NoTurn::Busy) => Err(InspectError::Busy),
            Err(broken @ NoTurn::Broken) => Err(InspectError::Unreadable(broken.into())),
        }
    }
}

/// Why a file is not what it is said to be, or could not be read.
#[derive(Debug)]
enum Flaw {
    Wrong,
    Io(io::Error),
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        // That a file ends too early is the file's fault.
        if error.kind() == io::ErrorKind::UnexpectedEof { Self::Wrong } else { Self::Io(error) }
    }
}

impl From<Flaw> for InspectError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Wrong => Self::Wrong,
            Flaw::Io(error) => Self::Unreadable(error.into()),
        }
    }
}

fn inspect(file: &File, extension: &str) -> Result<Inspected, Flaw> {
    let size = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let plays = |seconds| Inspected { seconds: Some(seconds), ..Inspected::default() };
    match extension {
        "png" | "gif" | "jpg" | "jpeg" | "bmp" => pictures::inspect(file, size, extension),
        "heic" => {
            polyglots::refuse(file, size)?;
            let pixels = Some(iso::picture_size(&mut reader, size)?);
            Ok(Inspected { pixels, ..Inspected::default() })
        }
        "mp4" | "mov" | "m4a" => iso::seconds(&mut reader, size, extension).map(plays),
        "mp3" => mp3::seconds(&mut reader, size).map(plays),
        "wav" => wav::seconds(&mut reader, size).map(plays),
        _ => documents::check(&mut reader, size, extension).map(|()| Inspected::default()),
    }
}

#[cfg(test)]
mod tests;
