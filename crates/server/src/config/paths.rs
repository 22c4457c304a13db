//! Paths in the configuration file are relative to the folder of that file: a service is started anywhere.

use std::path::Path;

use super::ConfigError;

const PATHS: [&str; 8] = [
    "files.folder",
    "files.arriving",
    "server.tls.certificate_file",
    "server.tls.key_file",
    "webhooks.ca_file",
    "push.webpush.key_file",
    "push.apns.key_file",
    "push.fcm.account_file",
];
const URL: &str = "database.url";
const SQLITE: &str = "sqlite://";

/// What a file says, with its relative paths put behind its folder.
pub(super) fn beside(file: &Path, written: config::Config) -> Result<config::Config, ConfigError> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(written);
    };
    let joined = |path: &str| folder.join(path).to_string_lossy().into_owned();
    let mut placed = config::Config::builder().add_source(written.clone());
    for key in PATHS {
        // What is no text is refused later, by name. An empty path stays empty.
        if let Ok(path) = written.get_string(key)
            && !path.is_empty()
        {
            placed = placed.set_override(key, joined(&path))?;
        }
    }
    if let Ok(url) = written.get_string(URL)
        && let Some(path) = url.strip_prefix(SQLITE)
        // An empty path and :memory: are refused as they are.
        && !matches!(path, "" | ":memory:")
    {
        placed = placed.set_override(URL, format!("{SQLITE}{}", joined(path)))?;
    }
    Ok(placed.build()?)
}
