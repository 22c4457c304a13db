//! The services through which devices are woken, as they are configured.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use sixin_application::push::ports::PushService;
use sixin_domain::push::PushPlatform;
use sixin_outgoing::{Client, ClientError};
use sixin_push::{Apns, ApnsAccount, Fcm, KeyError, WebPush};
use thiserror::Error;

use crate::config::Config;
use crate::receivers::reach::{ReachError, reach};

/// Services by platform.
pub(crate) type Services = HashMap<PushPlatform, Arc<dyn PushService>>;

/// Why devices can't be woken as configured.
#[derive(Debug, Error)]
pub(crate) enum PushError {
    #[error("{0} can't be read: {1}")]
    Read(&'static str, #[source] std::io::Error),
    #[error("{0}: {1}")]
    Key(&'static str, #[source] KeyError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Reach(#[from] ReachError),
}

/// What wakes devices.
pub(crate) struct Pushing {
    /// The services that are on.
    pub(crate) services: Services,
    /// What browsers subscribe with.
    pub(crate) browser_key: Option<Arc<str>>,
}

fn read(key: &'static str, file: &Path) -> Result<Option<Vec<u8>>, PushError> {
    if file.as_os_str().is_empty() {
        return Ok(None);
    }
    std::fs::read(file).map(Some).map_err(|error| PushError::Read(key, error))
}

/// Makes the services that are configured.
pub(crate) fn pushing(config: &Config) -> Result<Pushing, PushError> {
    const WEB_PUSH: &str = "push.webpush.key_file";
    const APNS: &str = "push.apns.key_file";
    const FCM: &str = "push.fcm.account_file";
    let (push, reach) = (&config.push, reach(config)?);
    let mut pushing = Pushing { services: HashMap::new(), browser_key: None };
    if let Some(pem) = read(WEB_PUSH, &push.webpush.key_file)? {
        let service = WebPush::new(&pem, &push.webpush.subject, Client::new(reach.clone())?);
        let service = service.map_err(|error| PushError::Key(WEB_PUSH, error))?;
        pushing.browser_key = Some(service.public_key().into());
        pushing.services.insert(PushPlatform::WebPush, Arc::new(service));
    }
    if let Some(pem) = read(APNS, &push.apns.key_file)? {
        let apns = push.apns.clone();
        let account =
            ApnsAccount { key_id: apns.key_id, team_id: apns.team_id, topic: apns.topic, url: apns.url };
        let service = Apns::new(&pem, account, Client::of_http2(reach.clone())?);
        let service = service.map_err(|error| PushError::Key(APNS, error))?;
        pushing.services.insert(PushPlatform::Apns, Arc::new(service));
    }
    if let Some(json) = read(FCM, &push.fcm.account_file)? {
        let service = Fcm::new(&json, &push.fcm.url, Client::new(reach)?);
        let service = service.map_err(|error| PushError::Key(FCM, error))?;
        pushing.services.insert(PushPlatform::Fcm, Arc::new(service));
    }
    Ok(pushing)
}
