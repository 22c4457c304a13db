//! The configuration: built-in defaults, then `sixin.toml`, then `SIXIN__SECTION__KEY` from the environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use sixin_application::cached::CacheLimits;
use sixin_application::committer::CommitterLimits;
use sixin_domain::limits::Limits;
use sixin_domain::rate::Rate;
use sixin_http::HttpLimits;
use sixin_storage::{DatabaseOptions, DatabaseUrl, Durability};
use thiserror::Error;

/// The annotated sample, which states every default.
const DEFAULTS: &str = include_str!("../../../sixin.example.toml");
/// What is read if no file is named.
const DEFAULT_FILE: &str = "sixin.toml";

/// Why a configuration is refused.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// A file can't be read, a key is unknown, or a value has the wrong type; the message names it.
    #[error("the configuration is refused: {0}")]
    Read(#[from] config::ConfigError),
    /// A value makes no sense.
    #[error("the configuration is refused: {key} {expected}, not {value}")]
    Value { key: &'static str, expected: &'static str, value: String },
    /// The database URL is none.
    #[error("the configuration is refused: database.url: {0}")]
    Url(#[from] sixin_storage::UrlError),
}

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) limits: LimitValues,
    pub(crate) rate: RateValues,
    pub(crate) idempotency: Idempotency,
    pub(crate) committer: Committer,
    pub(crate) cache: Cache,
    pub(crate) metrics: Metrics,
    pub(crate) log: Log,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) workers: usize,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) body_bytes: usize,
    pub(crate) head_timeout_seconds: u64,
    pub(crate) body_timeout_seconds: u64,
    pub(crate) keep_alive_seconds: u64,
    pub(crate) shutdown_timeout_seconds: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    #[serde(serialize_with = "without_password")]
    pub(crate) url: String,
    pub(crate) migrate_at_start: bool,
    pub(crate) durability: DurabilityName,
    pub(crate) readers: u32,
    pub(crate) writers: u32,
    pub(crate) timeout_seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DurabilityName {
    Full,
    Weak,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitValues {
    pub(crate) rongcloud_text_bytes: usize,
    pub(crate) fresns_text_bytes: usize,
    pub(crate) content_bytes: usize,
    pub(crate) push_bytes: usize,
    pub(crate) recipients: usize,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RateValues {
    pub(crate) sends: usize,
    pub(crate) window_seconds: i64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Idempotency {
    pub(crate) hours: i64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Committer {
    pub(crate) queue_units: usize,
    pub(crate) queue_bytes: usize,
    pub(crate) batch_units: usize,
    pub(crate) batch_rows: usize,
    pub(crate) batch_bytes: usize,
    pub(crate) answer_timeout_seconds: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cache {
    pub(crate) entries: u64,
    pub(crate) poll_milliseconds: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) listen: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Reads the configuration; `file` must exist if it is named, `sixin.toml` need not.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let environment = Environment::with_prefix("SIXIN").prefix_separator("__").separator("__");
        Self::from_sources(file, environment)
    }

    fn from_sources(file: Option<&Path>, environment: Environment) -> Result<Self, ConfigError> {
        let path = file.map_or_else(|| PathBuf::from(DEFAULT_FILE), Path::to_path_buf);
        let list =
            environment.try_parsing(true).list_separator(",").with_list_parse_key("server.cors_origins");
        let config: Self = config::Config::builder()
            .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
            .add_source(File::from(path).format(FileFormat::Toml).required(file.is_some()))
            .add_source(list)
            .build()?
            .try_deserialize()?;
        config.check()?;
        Ok(config)
    }

    /// Refuses values that make no sense, each by name.
    fn check(&self) -> Result<(), ConfigError> {
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
        at_least("committer.queue_units", committer.queue_units, 1)?;
        at_least("committer.batch_units", committer.batch_units, 1)?;
        for (key, seconds) in [
            ("server.head_timeout_seconds", server.head_timeout_seconds),
            ("server.body_timeout_seconds", server.body_timeout_seconds),
            ("server.keep_alive_seconds", server.keep_alive_seconds),
            ("server.shutdown_timeout_seconds", server.shutdown_timeout_seconds),
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
        self.check_cache()?;
        self.check_idempotency()?;
        self.metrics_listen()?;
        DatabaseUrl::parse(&self.database.url)?;
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

    /// Where metrics are served, or `None` for nowhere.
    pub(crate) fn metrics_listen(&self) -> Result<Option<SocketAddr>, ConfigError> {
        let text = &self.metrics.listen;
        if text.is_empty() {
            return Ok(None);
        }
        let expected = "must be an address such as 127.0.0.1:8687, or empty for none";
        let wrong = |_| ConfigError::Value { key: "metrics.listen", expected, value: text.clone() };
        text.parse().map(Some).map_err(wrong)
    }

    pub(crate) fn database_options(&self) -> Result<DatabaseOptions, ConfigError> {
        Ok(DatabaseOptions {
            url: DatabaseUrl::parse(&self.database.url)?,
            durability: match self.database.durability {
                DurabilityName::Full => Durability::Full,
                DurabilityName::Weak => Durability::Weak,
            },
            readers: self.database.readers,
            writers: self.database.writers,
            patience: Duration::from_secs(self.database.timeout_seconds),
        })
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
            head_timeout: Duration::from_secs(self.server.head_timeout_seconds),
            keep_alive: Duration::from_secs(self.server.keep_alive_seconds),
            shutdown_timeout: Duration::from_secs(self.server.shutdown_timeout_seconds),
            workers: if self.server.workers == 0 { available } else { self.server.workers },
            cors_origins: self.server.cors_origins.clone(),
        }
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

fn without_password<S: serde::Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = DatabaseUrl::parse(url).map_or_else(|_| "(unreadable)".to_owned(), |url| url.to_string());
    serializer.serialize_str(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(toml.as_bytes()).unwrap();
        let variables = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let source = Environment::with_prefix("SIXIN")
            .prefix_separator("__")
            .separator("__")
            .source(Some(variables.collect()));
        Config::from_sources(Some(file.path()), source)
    }

    #[test]
    fn the_sample_states_the_defaults_of_the_code() {
        let config = load("", &[]).unwrap();
        assert_eq!(config.limits(), Limits::default());
        assert_eq!(config.rate(), Rate::default());
        assert_eq!(config.cache_limits(), CacheLimits::default());
        assert_eq!(config.cache_poll(), Duration::from_secs(1));
        assert_eq!(config.keys_live_ms(), 86_400_000);
        let committer = (config.committer_limits(), CommitterLimits::default());
        assert_eq!(format!("{:?}", committer.0), format!("{:?}", committer.1));
        let options = DatabaseOptions::new(DatabaseUrl::parse("sqlite://var/sixin.db").unwrap());
        assert_eq!(format!("{:?}", config.database_options().unwrap()), format!("{options:?}"));
    }

    #[test]
    fn the_environment_outranks_the_file_and_the_file_the_defaults() {
        let file = "[server]\nlisten = \"127.0.0.1:1\"\n[rate]\nsends = 5\n";
        let environment = [
            ("SIXIN__SERVER__LISTEN", "127.0.0.1:2"),
            ("SIXIN__SERVER__CORS_ORIGINS", "https://a.example,https://b.example"),
            ("SIXIN__DATABASE__MIGRATE_AT_START", "false"),
        ];
        let config = load(file, &environment).unwrap();
        assert_eq!(config.server.listen.port(), 2);
        assert_eq!(config.rate.sends, 5);
        assert_eq!(config.server.cors_origins, ["https://a.example", "https://b.example"]);
        assert!(!config.database.migrate_at_start);
    }

    #[test]
    fn unknown_keys_and_nonsense_values_are_refused_by_name() {
        for (toml, named) in [
            ("[server]\nlissen = \"127.0.0.1:1\"", "lissen"),
            ("[sever]\nlisten = \"127.0.0.1:1\"", "sever"),
            ("[server]\nlisten = \"nowhere\"", "server.listen"),
            ("[server]\nbody_bytes = -1", "server.body_bytes"),
            ("[server]\nbody_timeout_seconds = 0", "server.body_timeout_seconds"),
            ("[database]\nreaders = 0", "database.readers"),
            ("[database]\ndurability = \"maybe\"", "durability"),
            ("[database]\nurl = \"postgres://x/y\"", "database.url"),
            ("[limits]\nrecipients = 1001", "limits.recipients"),
            ("[rate]\nsends = 0", "rate.sends"),
            ("[rate]\nwindow_seconds = -60", "rate.window_seconds"),
            ("[cache]\nentries = 0", "cache.entries"),
            ("[cache]\npoll_milliseconds = 2001", "cache.poll_milliseconds"),
            ("[idempotency]\nhours = 0", "idempotency.hours"),
            ("[idempotency]\nhours = 8761", "idempotency.hours"),
            ("[idempotency]\nhours = \"long\"", "idempotency.hours"),
            ("[metrics]\nlisten = \"9\"", "metrics.listen"),
            ("[log]\nformat = \"xml\"", "format"),
        ] {
            let error = load(toml, &[]).unwrap_err().to_string();
            assert!(error.contains(named), "{toml}: {error}");
        }
        let error = load("", &[("SIXIN__SERVER__TYPO", "1")]).unwrap_err().to_string();
        assert!(error.contains("typo"), "{error}");
    }

    #[test]
    fn a_named_file_must_exist() {
        assert!(Config::load(Some(Path::new("/nowhere/sixin.toml"))).is_err());
    }

    #[test]
    fn a_password_is_not_printed() {
        let config = load("[database]\nurl = \"mysql://me:hunter2@host/db\"", &[]).unwrap();
        assert!(!serde_json::to_string(&config).unwrap().contains("hunter2"));
    }
}
