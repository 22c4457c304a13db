//! Files.

use std::sync::Arc;

use sixin_application::files::read_file::{FileReading, ReadFile};
use sixin_application::files::upload_file::{FileUploading, UploadFile};
use sixin_application::files::upload_places::UploadPlaces;
use sixin_application::sending::rate::{CountedWhat, SendRate};
use sixin_media::Media;

use super::Parts;
use crate::system::SystemSecrets;

/// The use cases.
pub(crate) struct Files {
    pub(crate) upload_file: Arc<dyn UploadFile>,
    pub(crate) read_file: Arc<dyn ReadFile>,
}

impl Files {
    pub(crate) fn new(parts: &Parts<'_>) -> Self {
        let Parts { config, store, caches, files, clock, profiles, file_links, .. } = parts;
        Self {
            upload_file: Arc::new(FileUploading {
                files: store.clone(),
                bytes: files.clone(),
                media: Arc::new(Media::default()),
                users: caches.users.clone(),
                profiles: Arc::clone(profiles),
                roles: caches.roles.clone(),
                rate: Arc::new(SendRate::new(
                    config.upload_rate(),
                    CountedWhat::Uploads,
                    parts.rates.clone(),
                )),
                places: Arc::new(UploadPlaces::new(config.files.at_once_per_user)),
                secrets: Arc::new(SystemSecrets),
                clock: Arc::clone(clock),
            }),
            read_file: Arc::new(FileReading {
                files: store.clone(),
                bytes: files.clone(),
                links: Arc::clone(file_links),
            }),
        }
    }
}
