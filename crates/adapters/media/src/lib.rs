//! What uploaded files hold. Everything a file says about itself is taken as hostile: it is read in bounded pieces, in
//! bounded time, and believed only as far as its own bytes bear it out.

mod adts;
mod amr;
mod boxes;
mod documents;
mod film;
mod fragments;
mod heif;
mod mp3;
mod ogg;
mod opus;
mod pictures;
mod polyglots;
mod reader;
mod recognise;
mod strip;
#[cfg(test)]
mod testing;
mod wav;
mod webm;

use std::fs::File;
use std::io::{self, BufReader, Seek};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use sixin_application::bulkhead::{Bulkhead, Overload};
use sixin_application::files::ports::{InspectError, Inspected, MediaInspector};
use sixin_domain::file::FileKind;
use sixin_domain::file::media::Form;

use crate::boxes::Boxed;

/// How many files are looked into at a time: each takes a core, and a picture its pixels in memory.
const AT_A_TIME: usize = 2;
/// How many may wait for that.
const WAITING: usize = 64;
/// How long one may wait.
const PATIENCE: Duration = Duration::from_secs(15);

/// [`MediaInspector`] on the threads for blocking work.
#[derive(Debug)]
pub struct Media(Bulkhead);

impl Default for Media {
    fn default() -> Self {
        Self(Bulkhead::new(AT_A_TIME, WAITING, PATIENCE))
    }
}

impl Media {
    /// Does something with a file under a permit.
    async fn take<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Flaw> + Send + 'static,
    ) -> Result<T, InspectError> {
        match self.0.run(work).await {
            Ok(found) => found.map_err(InspectError::from),
            Err(Overload::Busy) => Err(InspectError::Busy),
            Err(broken @ Overload::Broken) => Err(InspectError::Unreadable(broken.into())),
        }
    }
}

#[async_trait]
impl MediaInspector for Media {
    async fn recognise(&self, path: &Path, said: FileKind) -> Result<&'static [Form], InspectError> {
        let path = path.to_owned();
        self.take(move || recognise::recognise(&File::open(path)?, said)).await
    }

    async fn strip(&self, path: &Path, extension: &str) -> Result<bool, InspectError> {
        let (path, extension) = (path.to_owned(), extension.to_owned());
        self.take(move || strip::strip(&path, &extension)).await
    }

    async fn inspect(&self, path: &Path, extension: &str) -> Result<Inspected, InspectError> {
        let (path, extension) = (path.to_owned(), extension.to_owned());
        self.take(move || inspect(&File::open(path).map_err(Flaw::Io)?, &extension)).await
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
    reader.rewind()?;
    let plays = |seconds| Inspected { seconds: Some(seconds), ..Inspected::default() };
    match extension {
        "png" | "gif" | "jpg" | "jpeg" | "bmp" | "webp" => pictures::inspect(file, size, extension),
        "heic" | "heif" | "avif" => {
            polyglots::refuse(file, size)?;
            let pixels = Some(heif::pixels(&mut Boxed::new(reader), size)?);
            Ok(Inspected { pixels, ..Inspected::default() })
        }
        "mp4" | "mov" | "m4a" | "3gp" => film::seconds(&mut Boxed::new(reader), size).map(plays),
        "webm" => webm::seconds(&mut reader, size).map(plays),
        "ogg" | "opus" | "oga" => ogg::seconds(&mut reader).map(plays),
        "mp3" => mp3::seconds(&mut reader, size).map(plays),
        "aac" => adts::seconds(&mut reader, size).map(plays),
        "amr" => amr::seconds(&mut reader).map(plays),
        "wav" => wav::seconds(&mut reader, size).map(plays),
        // Of a document nothing is told but what it is.
        _ => Ok(Inspected::default()),
    }
}

#[cfg(test)]
mod tests;
