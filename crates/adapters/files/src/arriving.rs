//! A file that is arriving: written to this machine piece by piece, hashed on the way.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use md5::Md5;
use sha2::{Digest, Sha256};
use sixin_application::files::ports::{ArrivingFile, FileBytesError, StagedFile};
use tempfile::NamedTempFile;
use tokio::sync::OwnedSemaphorePermit;

use crate::unavailable;

/// How much is gathered before it is written.
const GATHERED: usize = 256 * 1024;

/// [`ArrivingFile`] in a folder. The file has no name of its own there and is removed when this is dropped.
pub(crate) struct Arriving {
    gathered: BytesMut,
    written: Option<Written>,
}

/// What has been written. It travels to the threads for blocking work and back.
struct Written {
    file: NamedTempFile,
    size: u64,
    md5: Md5,
    sha256: Sha256,
    place: OwnedSemaphorePermit,
}

impl Arriving {
    pub(crate) fn begin(folder: &Path, place: OwnedSemaphorePermit) -> Result<Self, FileBytesError> {
        let file = NamedTempFile::new_in(folder).map_err(unavailable)?;
        let written = Written { file, size: 0, md5: Md5::new(), sha256: Sha256::new(), place };
        Ok(Self { gathered: BytesMut::new(), written: Some(written) })
    }

    async fn write_gathered(&mut self) -> Result<(), FileBytesError> {
        let bytes = self.gathered.split().freeze();
        let mut written = self.written.take().ok_or_else(after_a_failure)?;
        let write = move || {
            written.file.write_all(&bytes)?;
            written.size = written.size.saturating_add(bytes.len() as u64);
            written.md5.update(&bytes);
            written.sha256.update(&bytes);
            Ok::<_, std::io::Error>(written)
        };
        let written = tokio::task::spawn_blocking(write).await.map_err(unavailable)?;
        self.written = Some(written.map_err(unavailable)?);
        Ok(())
    }
}

#[async_trait]
impl ArrivingFile for Arriving {
    async fn write(&mut self, piece: Bytes) -> Result<(), FileBytesError> {
        self.gathered.extend_from_slice(&piece);
        if self.gathered.len() < GATHERED { Ok(()) } else { self.write_gathered().await }
    }

    async fn finish(mut self: Box<Self>) -> Result<StagedFile, FileBytesError> {
        self.write_gathered().await?;
        let Written { file, size, md5, sha256, place } = self.written.take().ok_or_else(after_a_failure)?;
        let path = file.path().to_owned();
        let (md5, sha256) = (hexadecimal(&md5.finalize()), hexadecimal(&sha256.finalize()));
        Ok(StagedFile { path, size, md5, sha256, guard: Box::new((file.into_temp_path(), place)) })
    }
}

/// Size and hashes of a file that was changed where it waits.
pub(crate) async fn measured(mut staged: StagedFile) -> Result<StagedFile, FileBytesError> {
    let measure = move || {
        let mut file = File::open(&staged.path)?;
        let (mut size, mut md5, mut sha256, mut piece) = (0, Md5::new(), Sha256::new(), vec![0; GATHERED]);
        loop {
            let length = file.read(&mut piece)?;
            let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else { break };
            size += read.len() as u64;
            md5.update(read);
            sha256.update(read);
        }
        staged.size = size;
        (staged.md5, staged.sha256) = (hexadecimal(&md5.finalize()), hexadecimal(&sha256.finalize()));
        Ok::<_, std::io::Error>(staged)
    };
    tokio::task::spawn_blocking(measure).await.map_err(unavailable)?.map_err(unavailable)
}

fn after_a_failure() -> FileBytesError {
    unavailable(std::io::Error::other("an earlier piece could not be written"))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
