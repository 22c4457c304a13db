//! Which values make sense.

use sixin_http::Network;
use sixin_storage::DatabaseUrl;

use super::{Cache, Config, ConfigError, FilePlace};

impl Config {
    /// Refuses values that make no sense, each by name.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let (server, limits, committer) = (&self.server, &self.limits, &self.committer);
        at_least("server.body_bytes", server.body_bytes, 1024)?;
        at_least("limits.rongcloud_text_bytes", limits.rongcloud_text_bytes, 1)?;
        at_least("limits.fresns_text_bytes", limits.fresns_text_bytes, 1)?;
        at_least("limits.content_bytes", limits.content_bytes, 1)?;
        at_least("limits.recipients", limits.recipients, 1)?;
        at_most("limits.recipients", limits.recipients, 1000)?;
        at_most("limits.rongcloud_text_bytes", limits.rongcloud_text_bytes, 65_535)?;
        at_most("limits.fresns_text_bytes", limits.fresns_text_bytes, 65_535)?;
        at_most("limits.content_bytes", limits.content_bytes, 1 << 20)?;
        at_least("rate.sends", self.rate.sends, 1)?;
        at_least("files.at_once", self.files.at_once, 1)?;
        at_least("files.at_once_per_user", self.files.at_once_per_user, 1)?;
        at_least("files.uploads_a_minute", self.files.uploads_a_minute, 1)?;
        at_least("committer.queue_units", committer.queue_units, 1)?;
        at_least("committer.batch_units", committer.batch_units, 1)?;
        at_least("server.connections_per_address", server.connections_per_address, 1)?;
        at_least("server.waiting_bytes_per_address", server.waiting_bytes_per_address, 65536)?;
        for (key, seconds) in [
            ("server.head_timeout_seconds", server.head_timeout_seconds),
            ("server.body_timeout_seconds", server.body_timeout_seconds),
            ("server.keep_alive_seconds", server.keep_alive_seconds),
            ("server.shutdown_timeout_seconds", server.shutdown_timeout_seconds),
            ("files.upload_timeout_seconds", self.files.upload_timeout_seconds),
            ("files.slow_start_seconds", self.files.slow_start_seconds),
            ("database.timeout_seconds", self.database.timeout_seconds),
            ("committer.answer_timeout_seconds", committer.answer_timeout_seconds),
            ("database.readers", self.database.readers.into()),
            ("database.writers", self.database.writers.into()),
            ("rate.window_seconds", self.rate.window_seconds.try_into().unwrap_or(0)),
        ] {
            if !(1..=3600).contains(&seconds) {
                let value = seconds.to_string();
                return Err(ConfigError::Value { key, expected: "must be from 1 to 3600", value });
            }
        }
        for text in &server.trusted_proxies {
            if text.parse::<Network>().is_err() {
                let expected = "must hold addresses and networks such as 10.0.0.0/8";
                return Err(ConfigError::Value {
                    key: "server.trusted_proxies",
                    expected,
                    value: text.clone(),
                });
            }
        }
        self.check_cache()?;
        self.check_bucket()?;
        self.check_idempotency()?;
        self.metrics_listen()?;
        DatabaseUrl::parse(&self.database.url)?;
        Ok(())
    }

    fn check_bucket(&self) -> Result<(), ConfigError> {
        let bucket = &self.files.bucket;
        let is_plain = bucket.endpoint.is_empty()
            || ["http://", "https://"].iter().any(|scheme| bucket.endpoint.starts_with(scheme));
        if !is_plain {
            let value = bucket.endpoint.clone();
            let expected = "must be an address with http:// or https://, or empty";
            return Err(ConfigError::Value { key: "files.bucket.endpoint", expected, value });
        }
        for (key, value) in [
            ("files.bucket.name", &bucket.name),
            ("files.bucket.access_key_id", &bucket.access_key_id),
            ("files.bucket.secret_access_key", &bucket.secret_access_key),
        ] {
            if self.files.place == FilePlace::Bucket && value.is_empty() {
                let expected = "must be given where files.place is \"bucket\"";
                return Err(ConfigError::Value { key, expected, value: "nothing".to_owned() });
            }
        }
        Ok(())
    }

    fn check_cache(&self) -> Result<(), ConfigError> {
        let Cache { entries, poll_milliseconds } = self.cache;
        let wrong =
            |key, expected, value: u64| Err(ConfigError::Value { key, expected, value: value.to_string() });
        if !(1000..=100_000_000).contains(&entries) {
            return wrong("cache.entries", "must be from 1000 to 100000000", entries);
        }
        // Changes take effect within two seconds, so one poll may be lost.
        if !(10..=1000).contains(&poll_milliseconds) {
            return wrong("cache.poll_milliseconds", "must be from 10 to 1000", poll_milliseconds);
        }
        Ok(())
    }

    /// An hour is what a caller needs to get over a failure; more than a year of keys would only fill the disk.
    fn check_idempotency(&self) -> Result<(), ConfigError> {
        let hours = self.idempotency.hours;
        if (1..=8760).contains(&hours) {
            return Ok(());
        }
        let (key, expected) = ("idempotency.hours", "must be from 1 to 8760");
        Err(ConfigError::Value { key, expected, value: hours.to_string() })
    }
}

fn at_least(key: &'static str, value: usize, least: usize) -> Result<(), ConfigError> {
    if value >= least {
        return Ok(());
    }
    Err(ConfigError::Value { key, expected: "is too small to be useful", value: value.to_string() })
}

fn at_most(key: &'static str, value: usize, most: usize) -> Result<(), ConfigError> {
    if value <= most {
        return Ok(());
    }
    let expected = "is larger than the database or a batch can hold";
    Err(ConfigError::Value { key, expected, value: value.to_string() })
}
