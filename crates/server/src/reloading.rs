//! What SIGHUP does: the configuration is read again, and what of it can change while requests are served is put in force.

use std::path::PathBuf;

use serde_json::Value;
use sixin_web::Pair;
use thiserror::Error;

use crate::config::{Config, ConfigError};
use crate::running::Running;
use crate::telemetry;
use crate::tls::{self, TlsError};

/// Sections and keys of which a reload puts all in force.
const FOLLOWED: [&str; 2] = ["server.tls.", "log."];
/// What of these needs a start all the same.
const NEEDS_A_START: [&str; 1] = ["log.format"];

/// Why nothing was changed.
#[derive(Debug, Error)]
enum ReloadError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("server.tls can be switched on and off only by a start")]
    Switched,
    #[error("what is in force can't be compared: {0}")]
    Compare(#[from] serde_json::Error),
}

/// Follows the configuration.
pub(crate) struct Reloading {
    file: Option<PathBuf>,
    started_with: Config,
}

impl Reloading {
    /// From this file, or the usual one.
    pub(crate) fn new(file: Option<PathBuf>, started_with: Config) -> Self {
        Self { file, started_with }
    }

    /// Puts in force what can be; either all of that or, if anything is wrong, nothing.
    pub(crate) fn reload(&self, running: &Running) {
        let outcome = match self.read(running) {
            Ok((config, pair)) => {
                self.follow(running, &config, pair);
                "done"
            }
            Err(error) => {
                tracing::error!(%error, "nothing was reloaded: all goes on as before");
                "refused"
            }
        };
        metrics::counter!("sixin_reloads_total", "outcome" => outcome).increment(1);
    }

    fn read(&self, running: &Running) -> Result<(Config, Option<Pair>), ReloadError> {
        let config = Config::load(self.file.as_deref())?;
        let pair = tls::pair(&config)?;
        if pair.is_some() != running.tls.is_some() {
            return Err(ReloadError::Switched);
        }
        Ok((config, pair))
    }

    fn follow(&self, running: &Running, config: &Config, pair: Option<Pair>) {
        if let (Some(tls), Some(pair)) = (&running.tls, pair) {
            tls::report(&pair);
            tls.show(pair);
        }
        telemetry::follow(&config.log);
        running.access.follow(config.log.access_rule());
        let waiting = match self.waiting(config) {
            Ok(waiting) => waiting.join(", "),
            Err(error) => {
                tracing::warn!(%error, "what needs a start is not known");
                String::new()
            }
        };
        if waiting.is_empty() {
            tracing::info!("reloaded");
        } else {
            tracing::warn!(keys = waiting, "reloaded, but for what takes effect at the next start");
        }
    }

    /// The keys that have changed since the start and wait for another.
    fn waiting(&self, config: &Config) -> Result<Vec<String>, ReloadError> {
        let (before, now) = (serde_json::to_value(&self.started_with)?, serde_json::to_value(config)?);
        let mut changed = Vec::new();
        differences("", &before, &now, &mut changed);
        changed.retain(|key| {
            let is_followed = FOLLOWED.iter().any(|followed| key.starts_with(followed));
            !is_followed || NEEDS_A_START.contains(&key.as_str())
        });
        changed.sort();
        Ok(changed)
    }
}

/// The keys of which two configurations differ. Secrets look alike in them.
fn differences(prefix: &str, one: &Value, other: &Value, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            for (name, value) in one {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                differences(&key, value, other.get(name).unwrap_or(&Value::Null), found);
            }
        }
        (one, other) if one != other => found.push(prefix.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_that_differ_are_named_without_their_values() {
        let (one, other) = (
            json!({"a": {"b": 1, "c": [1]}, "d": "hunter2", "e": 1}),
            json!({"a": {"b": 2, "c": [1, 2]}, "d": "hunter3", "e": 1}),
        );
        let mut found = Vec::new();
        differences("", &one, &other, &mut found);
        assert_eq!(found, ["a.b", "a.c", "d"]);
        differences("", &one, &one, &mut found);
        assert_eq!(found.len(), 3);
    }
}
