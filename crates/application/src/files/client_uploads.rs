//! Clients that are told where to upload a file for the contents of their messages, and where it is then
//! (docs/client-sdk.md#uploads).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::access::live_ticket::LivePass;
use sixin_domain::file::client_upload::UploadTicket;
use sixin_domain::file::{FileKind, StoredFile};
use sixin_domain::id::UserId;
use thiserror::Error;

use crate::delivery::passes::{LivePasses, PassRefusal};
use crate::files::links::{FileLinks, SignedLink};
use crate::files::ports::{Files, StagedFile};
use crate::files::upload_file::{Arrival, UploadError, UploadFile, UploadPurpose, UploadRequest};
use crate::ports::{Clock, StoreError, StoreResult};
use crate::users::profiles::Viewer;

/// The number of the platform that such clients come from: pages for every size of screen.
const WEB: i64 = 4;

/// Why a client may not upload.
#[derive(Debug, Error)]
pub enum ClientUploadError {
    /// The ticket is not ours or has ended, or the key is not its key, or can't be one.
    #[error("the ticket is not valid: ask for another one")]
    Ticket,
    /// Who got the ticket is not let in any longer.
    #[error(transparent)]
    Pass(#[from] PassRefusal),
    /// There is a file of that key.
    #[error("a file of that key was uploaded before")]
    There,
    /// As any upload.
    #[error(transparent)]
    Upload(#[from] UploadError),
}

impl From<StoreError> for ClientUploadError {
    fn from(error: StoreError) -> Self {
        Self::Upload(error.into())
    }
}

/// A ticket that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenTicket {
    /// The ticket: letters, digits and dots.
    pub text: String,
    /// When it ends, in seconds since 1970.
    pub expires: i64,
}

/// An upload that has begun.
pub struct BegunUpload {
    /// Who uploads.
    pub uploader: Viewer,
    /// What.
    pub ticket: UploadTicket,
    /// Takes its bytes.
    pub arrival: Arrival,
}

/// Takes files from clients that show a ticket.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait TakeClientUploads: Send + Sync {
    /// A ticket for a file that the client calls `key`, of a kind that the site takes.
    fn ticket(&self, guest: &LivePass, kind: FileKind, key: &str)
    -> Result<WrittenTicket, ClientUploadError>;

    /// Lets the file of a ticket arrive.
    async fn begin(&self, ticket: &str) -> Result<BegunUpload, ClientUploadError>;

    /// Takes the file of a ticket that has arrived under that name, with the key that came with it.
    async fn finish(
        &self,
        uploader: &Viewer,
        ticket: UploadTicket,
        key: &str,
        arrived: (String, StagedFile),
    ) -> Result<StoredFile, ClientUploadError>;

    /// A lasting link to what a user has uploaded as `key`.
    async fn link(&self, user: UserId, key: &str) -> StoreResult<Option<SignedLink>>;
}

/// [`TakeClientUploads`] over the use case of all uploads.
pub struct ClientUploading {
    /// Who a ticket stands for.
    pub passes: Arc<dyn LivePasses>,
    /// Takes files.
    pub upload_file: Arc<dyn UploadFile>,
    /// What is known of files.
    pub files: Arc<dyn Files>,
    /// Signs tickets and links, and names files.
    pub links: Arc<FileLinks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl TakeClientUploads for ClientUploading {
    fn ticket(
        &self,
        guest: &LivePass,
        kind: FileKind,
        key: &str,
    ) -> Result<WrittenTicket, ClientUploadError> {
        let ticket = UploadTicket::new(guest.clone(), kind, key.to_owned(), self.clock.now());
        let SignedLink { link, signature } = self.links.signed(ticket.ok_or(ClientUploadError::Ticket)?);
        Ok(WrittenTicket { text: format!("{}.{signature}", link.text()), expires: link.expires })
    }

    async fn begin(&self, ticket: &str) -> Result<BegunUpload, ClientUploadError> {
        let (text, signature) = ticket.rsplit_once('.').ok_or(ClientUploadError::Ticket)?;
        let link = UploadTicket::parse(text).ok_or(ClientUploadError::Ticket)?;
        let signed = SignedLink { link, signature: signature.to_owned() };
        self.links.works_for(&signed).ok_or(ClientUploadError::Ticket)?;
        let ticket = signed.link;
        let uploader = self.passes.look_again(&ticket.pass).await?.viewer;
        let arrival = self.upload_file.begin(&uploader).await?;
        Ok(BegunUpload { uploader, ticket, arrival })
    }

    async fn finish(
        &self,
        uploader: &Viewer,
        ticket: UploadTicket,
        key: &str,
        (name, staged): (String, StagedFile),
    ) -> Result<StoredFile, ClientUploadError> {
        if key != ticket.key {
            return Err(ClientUploadError::Ticket);
        }
        let fid = self.links.fid_of_upload(uploader.user.id, key);
        if self.files.find(&fid).await?.is_some() {
            return Err(ClientUploadError::There);
        }
        let request = UploadRequest {
            kind: ticket.kind,
            name,
            purpose: UploadPurpose::Contents { fid },
            more_json: None,
            is_sensitive: false,
            platform: WEB,
        };
        Ok(self.upload_file.finish(uploader, request, staged).await?)
    }

    async fn link(&self, user: UserId, key: &str) -> StoreResult<Option<SignedLink>> {
        let fid = self.links.fid_of_upload(user, key);
        Ok(self.files.find(&fid).await?.map(|(file, _)| self.links.lasting(&file.fid)))
    }
}

#[cfg(test)]
mod tests;
