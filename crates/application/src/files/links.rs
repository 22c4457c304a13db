//! Links to files that are kept here, and to logs.

use std::sync::Arc;

use sixin_domain::access::app_key::Secret;
use sixin_domain::file::client_upload;
use sixin_domain::file::link::{ExpiringLink, FileLink};
use sixin_domain::file::media::ThumbnailSize;
use sixin_domain::file::{FileKind, StoredFile};
use sixin_domain::id::UserId;
use sixin_domain::site::settings::Settings;

use crate::access::ports::{Signatures, SignedParts};
use crate::ports::{Clock, SecretSource, StoreResult};
use crate::site::ports::SiteSecrets;

/// The name of the secret that signs links.
const SECRET: &str = "file_links";
/// Its length; as much as the signature can hold.
const SECRET_CHARS: usize = 43;

/// A link with its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedLink<L = FileLink> {
    /// What it says.
    pub link: L,
    /// The proof that we said it.
    pub signature: String,
}

/// Makes links, and tells ours from others.
pub struct FileLinks {
    /// Known to all processes of the site, and to nobody else.
    pub secret: Secret,
    /// How links are signed.
    pub signatures: Arc<dyn Signatures>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl FileLinks {
    /// The secret all processes of the site share; it is made by the first of them.
    ///
    /// # Errors
    /// If the store can't tell it.
    pub async fn shared_secret(
        secrets: &dyn SiteSecrets,
        source: &dyn SecretSource,
        clock: &dyn Clock,
    ) -> StoreResult<Secret> {
        let fresh = source.alphanumeric(SECRET_CHARS);
        secrets.get_or_set(SECRET, &fresh, clock.now()).await.map(Secret::new)
    }

    /// A link to a file, in the size that is asked for if the file has it.
    #[must_use]
    pub fn link(&self, file: &StoredFile, size: Option<ThumbnailSize>, settings: &Settings) -> SignedLink {
        let size = size.filter(|_| file.kind == FileKind::Image && file.thumbnail_extension.is_some());
        self.signed(FileLink::new(&file.fid, file.kind, size, settings, self.clock.now()))
    }

    /// A link to the file that a client has uploaded for the contents of its messages; it works as long as the file is there.
    #[must_use]
    pub fn lasting(&self, fid: &str) -> SignedLink {
        self.signed(FileLink::lasting(fid.to_owned()))
    }

    /// The public id of the file that a user's client calls `key`.
    #[must_use]
    pub fn fid_of_upload(&self, user: UserId, key: &str) -> String {
        let named = SignedParts::Link(client_upload::named_text(user, key));
        client_upload::fid(&self.signatures.sign(&named, &self.secret))
    }

    /// Any link, with its signature.
    #[must_use]
    pub fn signed<L: ExpiringLink>(&self, link: L) -> SignedLink<L> {
        let signature = self.signatures.sign(&SignedParts::Link(link.signed_text()), &self.secret);
        SignedLink { link, signature }
    }

    /// How many milliseconds a link still works; `None` if it is not ours, or over.
    #[must_use]
    pub fn works_for<L: ExpiringLink>(&self, signed: &SignedLink<L>) -> Option<i64> {
        let parts = SignedParts::Link(signed.link.signed_text());
        let is_ours = self.signatures.verify(&parts, &self.secret, &signed.signature);
        signed.link.left(self.clock.now()).filter(|_| is_ours)
    }
}
