//! Where this server connects to, and whose certificates it believes there.

use std::path::PathBuf;

use sixin_outgoing::{ClientError, NoCertificate, Reach};
use thiserror::Error;

use crate::config::Config;

/// Why nobody can be connected to as configured.
#[derive(Debug, Error)]
pub(crate) enum ReachError {
    #[error("webhooks.ca_file: {0} can't be read: {1}")]
    Read(PathBuf, #[source] std::io::Error),
    #[error("webhooks.ca_file: {0}: {1}")]
    Certificates(PathBuf, #[source] NoCertificate),
    #[error(transparent)]
    Client(#[from] ClientError),
}

/// Where receivers of webhooks and push services may be.
pub(crate) fn reach(config: &Config) -> Result<Reach, ReachError> {
    let (reach, file) = (Reach::from(config.address_policy()), &config.webhooks.ca_file);
    if file.as_os_str().is_empty() {
        return Ok(reach);
    }
    let pem = std::fs::read(file).map_err(|error| ReachError::Read(file.clone(), error))?;
    reach.trusting(&pem).map_err(|error| ReachError::Certificates(file.clone(), error))
}
