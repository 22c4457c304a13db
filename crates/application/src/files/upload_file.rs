//! A user uploads a file for a message it is going to send (docs/wire/fresns.md#files).

use std::sync::Arc;

use async_trait::async_trait;
use sixin_domain::file::media::{Form, checked_type};
use sixin_domain::file::upload::{FileName, UploadLimits, UploadRefusal, check_allowed, form_to_keep, path};
use sixin_domain::file::{FileKind, StoredFile};
use sixin_domain::sending::refusal::Refusal;
use sixin_domain::site::role::Role;
use sixin_domain::user::username::UserRef;
use thiserror::Error;

use crate::files::ports::{
    ArrivingFile, FileBytes, FileBytesError, FileDescription, Files, InspectError, Inspected, MediaInspector,
    NewFile, NewUpload, StagedFile,
};
use crate::files::upload_places::{Placed, UploadPlaces};
use crate::ports::{Clock, SecretSource, StoreError, StoreResult};
use crate::sending::rate::SendRate;
use crate::site::ports::Roles;
use crate::users::ports::Users;
use crate::users::profiles::{Profiles, Viewer};

/// Characters of a public id, and of the name under which bytes are kept.
const FID_CHARS: usize = 16;
const PATH_CHARS: usize = 32;

/// Why a file was not taken.
#[derive(Debug, Error)]
pub enum UploadError {
    /// The file itself is not acceptable.
    #[error(transparent)]
    File(#[from] UploadRefusal),
    /// The user may not write to the recipient, or uploads too fast.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Too much is going on.
    #[error("too many files are on their way; try again")]
    Busy,
    /// Bytes could not be kept or looked into.
    #[error(transparent)]
    Bytes(FileBytesError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<FileBytesError> for UploadError {
    fn from(error: FileBytesError) -> Self {
        match error {
            FileBytesError::Busy => Self::Busy,
            other => Self::Bytes(other),
        }
    }
}

impl From<InspectError> for UploadError {
    fn from(error: InspectError) -> Self {
        match error {
            InspectError::Wrong => Self::File(UploadRefusal::ContentWrong),
            InspectError::Busy => Self::Busy,
            InspectError::Unreadable(cause) => Self::Bytes(FileBytesError::Unavailable(cause)),
        }
    }
}

/// As what a file is kept.
struct KeptForm {
    kind: FileKind,
    extension: String,
    /// Whether its content says so; else only its name does.
    is_recognised: bool,
}

/// A file that may arrive now.
pub struct Arrival {
    /// Takes its bytes.
    pub file: Box<dyn ArrivingFile>,
    /// How many there may be at most, whatever kind it is.
    pub most_bytes: u64,
}

/// What a file is uploaded for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadPurpose {
    /// A message to the user with that uid or username, which takes the file by its id.
    MessageTo(String),
    /// The contents of messages, in which its address stands. It gets that public id, which MUST NOT be in use.
    Contents {
        /// The public id.
        fid: String,
    },
}

/// What is uploaded, and what for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRequest {
    /// The kind the client says it is; what it holds decides.
    pub kind: FileKind,
    /// Its name, as the client has it.
    pub name: String,
    /// What for.
    pub purpose: UploadPurpose,
    /// Anything the client wants to find again: a JSON object.
    pub more_json: Option<String>,
    /// Whether who gets it is warned before it shows.
    pub is_sensitive: bool,
    /// The platform the request came from.
    pub platform: i64,
}

/// Takes files.
#[cfg_attr(any(test, feature = "mock"), mockall::automock)]
#[async_trait]
pub trait UploadFile: Send + Sync {
    /// Lets a file arrive, if the user has not sent too many of late, nor has too many on their way, and there is room.
    async fn begin(&self, uploader: &Viewer) -> Result<Arrival, UploadError>;

    /// Takes a file that has arrived. `Ok` means that its bytes are on disk and the upload is committed.
    async fn finish(
        &self,
        uploader: &Viewer,
        request: UploadRequest,
        staged: StagedFile,
    ) -> Result<StoredFile, UploadError>;

    /// Changes what is said of a file, also of one that was sent. `false`: the user uploaded none with that public id.
    async fn describe(&self, uploader: &Viewer, fid: &str, said: &FileDescription) -> StoreResult<bool>;
}

/// [`UploadFile`] over the ports.
pub struct FileUploading {
    /// What is known of files.
    pub files: Arc<dyn Files>,
    /// Their bytes.
    pub bytes: Arc<dyn FileBytes>,
    /// Looks into them.
    pub media: Arc<dyn MediaInspector>,
    /// The recipients.
    pub users: Arc<dyn Users>,
    /// Who may write to whom.
    pub profiles: Arc<Profiles>,
    /// Whose role allows how much.
    pub roles: Arc<dyn Roles>,
    /// How many files a user may upload in a time.
    pub rate: Arc<SendRate>,
    /// How many a user may have on their way at a time.
    pub places: Arc<UploadPlaces>,
    /// Makes names nobody can guess.
    pub secrets: Arc<dyn SecretSource>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl UploadFile for FileUploading {
    async fn begin(&self, uploader: &Viewer) -> Result<Arrival, UploadError> {
        let role = self.role(uploader).await?;
        let allowed = FileKind::ALL.into_iter().filter(|kind| uploader.settings.allows_file(*kind));
        let bytes = |kind| UploadLimits::of(kind, &uploader.settings, role.as_ref()).bytes;
        let most_bytes = allowed.map(bytes).max().ok_or(UploadRefusal::KindForbidden)?;
        let place = self.places.take(uploader.user.id).ok_or(UploadError::Busy)?;
        self.rate.enter(uploader.user.id, None, self.clock.steady()).await?;
        let file = self.bytes.stage().await?;
        Ok(Arrival { file: Box::new(Placed { file, place }), most_bytes })
    }

    async fn finish(
        &self,
        uploader: &Viewer,
        request: UploadRequest,
        staged: StagedFile,
    ) -> Result<StoredFile, UploadError> {
        self.permitted(uploader, &request.purpose).await?;
        let name = FileName::parse(&request.name);
        let form = self.form(uploader, &request, &name, &staged).await?;
        let (staged, inspected) = self.checked(uploader, &form, staged).await?;
        let new = self.new_file(&request, &name, &form, &staged, &inspected);
        let upload = NewUpload {
            platform: request.platform,
            account: uploader.user.account,
            uploader: uploader.user.id,
            addressee: match request.purpose {
                UploadPurpose::MessageTo(addressee) => Some(addressee),
                UploadPurpose::Contents { .. } => None,
            },
        };
        // The row first: bytes without one would never be swept.
        let id = self.files.register(&new, &upload).await?;
        for thumbnail in inspected.thumbnails {
            let path = thumbnail.size.path(&new.path, thumbnail.extension);
            self.bytes.put(&path, thumbnail.bytes).await?;
        }
        self.bytes.keep(&staged, &new.path).await?;
        self.files.arrived(id).await?;
        let found = self.files.find(&new.fid).await?;
        found.map(|(file, _)| file).ok_or_else(|| {
            UploadError::Store(StoreError::Fault("a file is gone that was just uploaded".into()))
        })
    }

    async fn describe(&self, uploader: &Viewer, fid: &str, said: &FileDescription) -> StoreResult<bool> {
        self.files.describe(fid, uploader.user.id, said).await
    }
}

impl FileUploading {
    async fn role(&self, uploader: &Viewer) -> Result<Option<Role>, StoreError> {
        uploader.role(&*self.roles, self.clock.now()).await
    }

    /// A file is uploaded for a user who could be written to right now, or by one who may write at all.
    async fn permitted(&self, uploader: &Viewer, purpose: &UploadPurpose) -> Result<(), UploadError> {
        let UploadPurpose::MessageTo(addressee) = purpose else {
            return Ok(self.profiles.may_send(uploader).await??);
        };
        let named = UserRef::parse(addressee).map_err(|_| Refusal::RecipientUnknown)?;
        let recipient = self.users.find(&named).await?.ok_or(Refusal::RecipientUnknown)?;
        let shown = self.profiles.of(uploader, &[recipient.id]).await?;
        let found = shown.users.get(&recipient.id).ok_or(Refusal::RecipientUnknown)?;
        Ok(found.may_write?)
    }

    /// As what the file is kept, if it may be sent.
    async fn form(
        &self,
        uploader: &Viewer,
        request: &UploadRequest,
        name: &FileName,
        staged: &StagedFile,
    ) -> Result<KeptForm, UploadError> {
        let settings = &uploader.settings;
        if staged.size == 0 {
            return Err(UploadRefusal::Empty.into());
        }
        let named = name.extension();
        let forms = self.media.recognise(&staged.path, request.kind).await?;
        let form = if forms.is_empty() {
            let extension = named.ok_or(UploadRefusal::ExtensionForbidden)?;
            check_allowed(request.kind, &extension, settings)?;
            KeptForm { kind: request.kind, extension, is_recognised: false }
        } else {
            let Form { kind, extension } = form_to_keep(forms, request.kind, named.as_deref(), settings)?;
            KeptForm { kind, extension: extension.to_owned(), is_recognised: true }
        };
        if staged.size > self.limits(uploader, form.kind).await?.bytes {
            return Err(UploadRefusal::TooLarge.into());
        }
        let is_taken_unseen =
            || checked_type(form.kind, &form.extension).is_none() && settings.is_on("upload_unchecked_media");
        if form.is_recognised || is_taken_unseen() {
            Ok(form)
        } else {
            Err(UploadRefusal::ContentWrong.into())
        }
    }

    async fn limits(&self, uploader: &Viewer, kind: FileKind) -> Result<UploadLimits, StoreError> {
        let role = self.role(uploader).await?;
        Ok(UploadLimits::of(kind, &uploader.settings, role.as_ref()))
    }

    /// What the file is like, and the file as it is kept: without what a picture does not show.
    async fn checked(
        &self,
        uploader: &Viewer,
        form: &KeptForm,
        mut staged: StagedFile,
    ) -> Result<(StagedFile, Inspected), UploadError> {
        if !form.is_recognised {
            return Ok((staged, Inspected::default()));
        }
        let is_cleaned = form.kind == FileKind::Image && uploader.settings.is_on("image_strip_metadata");
        if is_cleaned && self.media.strip(&staged.path, &form.extension).await? {
            staged = self.bytes.measure(staged).await?;
        }
        let found = self.media.inspect(&staged.path, &form.extension).await?;
        let limits = self.limits(uploader, form.kind).await?;
        match (limits.seconds, found.seconds) {
            (Some(most), Some(seconds)) if seconds > most => Err(UploadRefusal::TooLong.into()),
            _ => Ok((staged, found)),
        }
    }

    fn new_file(
        &self,
        request: &UploadRequest,
        name: &FileName,
        form: &KeptForm,
        staged: &StagedFile,
        found: &Inspected,
    ) -> NewFile {
        let now = self.clock.now();
        let mime = checked_type(form.kind, &form.extension).unwrap_or("application/octet-stream");
        NewFile {
            fid: match &request.purpose {
                UploadPurpose::MessageTo(_) => self.secrets.alphanumeric(FID_CHARS),
                UploadPurpose::Contents { fid } => fid.clone(),
            },
            kind: form.kind,
            mime: mime.to_owned(),
            size: i64::try_from(staged.size).unwrap_or(i64::MAX),
            md5: staged.md5.clone(),
            sha256: staged.sha256.clone(),
            path: path(form.kind, now, &self.secrets.alphanumeric(PATH_CHARS), &form.extension),
            pixels: found.pixels.map(|(width, height)| (width.into(), height.into())),
            seconds: found.seconds.and_then(|seconds| i64::try_from(seconds).ok()),
            thumbnail_extension: found.thumbnails.first().map(|thumbnail| thumbnail.extension.to_owned()),
            more_json: request.more_json.clone(),
            is_sensitive: request.is_sensitive,
            created_at: now,
            name: name.with_extension(&form.extension),
            extension: form.extension.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
