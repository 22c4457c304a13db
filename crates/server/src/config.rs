//! The configuration: built-in defaults, then `sixin.toml`, then `SIXIN__SECTION__KEY` from the environment.

mod check;
mod origins;
mod paths;
mod sources;
mod values;
mod words;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use sixin_application::delivery::follower::FollowerLimits;
use sixin_application::ports::Clock;
use sixin_application::sending::committer::CommitterLimits;
use sixin_cache::CacheLimits;
use sixin_domain::log::KEPT_MS;
use sixin_domain::push::Burst;
use sixin_domain::retention::{Ages, Aging, DAY_MS};
use sixin_domain::sending::limits::Limits;
use sixin_domain::sending::rate::Rate;
use sixin_domain::webhook::address::AddressPolicy;
use sixin_domain::webhook::retry::RetrySchedule;
use sixin_files::{Bucket, KeptFiles, PlaceError};
use sixin_redis::RedisAddress;
use sixin_storage::{DatabaseOptions, DatabaseUrl, Durability};
use sixin_web::live::LiveLimits;
use sixin_web::{ConnectionLimits, HttpLimits, LeastSpeed};
use thiserror::Error;

pub(crate) use self::values::*;
use crate::machine::descriptors;
use crate::system::SystemClock;

/// Why a configuration is refused.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// A value has the wrong type; the message names it.
    #[error("the configuration is refused: {0}")]
    Read(#[from] config::ConfigError),
    /// A file is not there or is no TOML. Its lines are not repeated: they may hold secrets.
    #[error("the configuration is refused: {0}")]
    File(String),
    /// A key or a variable nobody knows.
    #[error("the configuration is refused: there is no {given}; {advice}")]
    Unknown { given: String, advice: String },
    /// A value makes no sense.
    #[error("the configuration is refused: {key} {expected}, not {value}")]
    Value { key: &'static str, expected: String, value: String },
    /// The address of Redis is none.
    #[error("the configuration is refused: live.redis: {0}")]
    Redis(#[from] sixin_redis::AddressError),
    /// The database URL is none.
    #[error("the configuration is refused: database.url: {0}")]
    Url(#[from] sixin_storage::UrlError),
}

impl Config {
    /// Reads the configuration; `file` must exist if it is named, `sixin.toml` need not.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self::from_sources(file, variables.filter(|(name, _)| sources::is_ours(name)).collect())
    }

    fn from_sources(file: Option<&Path>, variables: HashMap<String, String>) -> Result<Self, ConfigError> {
        let merged = sources::merged(file, variables)?;
        words::check(&merged)?;
        let config: Self = merged.try_deserialize()?;
        config.check()?;
        Ok(config)
    }

    /// Where metrics are served, or `None` for nowhere.
    pub(crate) fn metrics_listen(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let text = &self.metrics.listen;
        if text.is_empty() {
            return Ok(None);
        }
        let expected = "must be an address such as 127.0.0.1:8687, or empty for none";
        text.parse().map(Some).map_err(|_| refused("metrics.listen", expected, text))
    }

    /// Where the console has a listener of its own, if it does.
    pub(crate) fn console_listen(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let text = &self.console.address;
        if text.is_empty() {
            return Ok(None);
        }
        let expected = "must be an address such as 127.0.0.1:8688, or empty for none of its own";
        text.parse().map(Some).map_err(|_| refused("console.address", expected, text))
    }

    pub(crate) fn database_options(&self) -> Result<DatabaseOptions, ConfigError> {
        Ok(DatabaseOptions {
            url: DatabaseUrl::parse(&self.database.url)?,
            creates: true,
            durability: match self.database.durability {
                DurabilityName::Full => Durability::Full,
                DurabilityName::Weak => Durability::Weak,
            },
            readers: self.database.readers,
            writers: self.database.writers,
            patience: Duration::from_secs(self.database.timeout_seconds),
            clock: || SystemClock.now(),
        })
    }

    pub(crate) fn live_limits(&self) -> LiveLimits {
        LiveLimits {
            connections: self.live.connections,
            new_per_second: self.live.new_per_second,
            heartbeat: Duration::from_secs(self.live.heartbeat_seconds),
        }
    }

    /// Where processes reach each other, if that is configured.
    pub(crate) fn redis(&self) -> Result<Option<RedisAddress>, ConfigError> {
        let url = &self.live.redis;
        Ok(if url.is_empty() { None } else { Some(RedisAddress::parse(url)?) })
    }

    pub(crate) fn follower_limits(&self) -> FollowerLimits {
        // Whoever was away for longer than messages are kept has missed some that are gone.
        let messages_ms = self.ages().days(Aging::Messages).map(|days| days.saturating_mul(DAY_MS));
        FollowerLimits {
            ring: self.live.ring_events,
            connections_per_user: self.live.connections_per_user,
            kept_ms: messages_ms.unwrap_or(KEPT_MS).min(KEPT_MS),
        }
    }

    /// How long what grows with the site is kept.
    pub(crate) fn ages(&self) -> Ages {
        let Retention { messages, files, revisions, audit, .. } = self.retention;
        Ages { messages, files, revisions, audit }
    }

    /// How long after everything that is old or needed no more was removed it is looked for again.
    pub(crate) fn sweep_pause(&self) -> Duration {
        Duration::from_secs(self.retention.every_seconds)
    }

    /// Where receivers of webhooks may be.
    pub(crate) fn address_policy(&self) -> AddressPolicy {
        // Those that are none were refused at start.
        AddressPolicy { allowed: self.webhooks.allow.iter().filter_map(|text| text.parse().ok()).collect() }
    }

    /// For how long it is waited before devices are woken.
    pub(crate) fn burst(&self) -> Burst {
        Burst::of_grace(self.push.grace_milliseconds)
    }

    /// How often acknowledgements are written: so that they are known before the grace is over.
    pub(crate) fn ack_pause(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.push.grace_milliseconds / 4).unwrap_or(500).min(1_000))
    }

    /// When a receiver is told again what it did not take.
    pub(crate) fn retry_schedule(&self) -> RetrySchedule {
        let pauses = self.webhooks.retry_seconds.iter().map(|seconds| seconds.saturating_mul(1000));
        RetrySchedule::new(pauses.collect()).unwrap_or_default()
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            typed_text_bytes: self.limits.rongcloud_text_bytes,
            text_bytes: self.limits.fresns_text_bytes,
            content_bytes: self.limits.content_bytes,
            push_bytes: self.limits.push_bytes,
            recipients: self.limits.recipients,
        }
    }

    pub(crate) fn rate(&self) -> Rate {
        Rate { sends: self.rate.sends, window_ms: self.rate.window_seconds * 1000 }
    }

    /// How many files one user may upload.
    pub(crate) fn upload_rate(&self) -> Rate {
        Rate { sends: self.files.uploads_a_minute, window_ms: 60_000 }
    }

    /// Where files are kept. Makes folders that are not there.
    pub(crate) fn kept_files(&self) -> Result<KeptFiles, PlaceError> {
        let Files { place, folder, arriving, at_once, bucket, .. } = &self.files;
        match place {
            FilePlace::Folder => KeptFiles::in_folder(folder, arriving, *at_once),
            FilePlace::Bucket => {
                let bucket = Bucket {
                    endpoint: bucket.endpoint.clone(),
                    region: bucket.region.clone(),
                    name: bucket.name.clone(),
                    access_key_id: bucket.access_key_id.clone(),
                    secret_access_key: bucket.secret_access_key.clone(),
                    path_style: bucket.path_style,
                };
                KeptFiles::in_bucket(&bucket, arriving, *at_once)
            }
        }
    }

    pub(crate) fn keys_live_ms(&self) -> i64 {
        self.idempotency.hours * 3_600_000
    }

    pub(crate) fn committer_limits(&self) -> CommitterLimits {
        CommitterLimits {
            queue_units: self.committer.queue_units,
            queue_bytes: self.committer.queue_bytes,
            batch_units: self.committer.batch_units,
            batch_rows: self.committer.batch_rows,
            batch_bytes: self.committer.batch_bytes,
            patience: Duration::from_secs(self.committer.answer_timeout_seconds),
        }
    }

    pub(crate) fn cache_limits(&self) -> CacheLimits {
        CacheLimits { entries: self.cache.entries }
    }

    pub(crate) fn cache_poll(&self) -> Duration {
        Duration::from_millis(self.cache.poll_milliseconds)
    }

    pub(crate) fn http_limits(&self) -> HttpLimits {
        let available = std::thread::available_parallelism().map_or(2, usize::from);
        HttpLimits {
            body_bytes: self.server.body_bytes,
            body_timeout: Duration::from_secs(self.server.body_timeout_seconds),
            upload_timeout: Duration::from_secs(self.files.upload_timeout_seconds),
            upload_speed: LeastSpeed {
                bytes_a_second: self.files.least_bytes_per_second,
                slow_start: Duration::from_secs(self.files.slow_start_seconds),
            },
            head_timeout: Duration::from_secs(self.server.head_timeout_seconds),
            keep_alive: Duration::from_secs(self.server.keep_alive_seconds),
            shutdown_timeout: Duration::from_secs(self.server.shutdown_timeout_seconds),
            workers: if self.server.workers == 0 { available } else { self.server.workers },
            cors_origins: self.server.cors_origins.clone(),
            docs: self.server.docs,
            // Those that are none were refused at start.
            trusted_proxies: self
                .server
                .trusted_proxies
                .iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
            connections: ConnectionLimits {
                in_all: match self.server.connections {
                    0 => descriptors::for_connections(),
                    connections => connections,
                },
                per_address: self.server.connections_per_address,
                waiting_bytes: self.server.waiting_bytes_per_address,
            },
        }
    }
}

/// The refusal of a value.
fn refused(key: &'static str, expected: impl Into<String>, value: impl ToString) -> ConfigError {
    ConfigError::Value { key, expected: expected.into(), value: value.to_string() }
}

#[cfg(test)]
mod tests;
