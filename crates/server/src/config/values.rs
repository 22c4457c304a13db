//! What a configuration may say.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sixin_storage::DatabaseUrl;
use sixin_web::AccessRule;

/// Everything that can be configured.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) files: Files,
    pub(crate) limits: LimitValues,
    pub(crate) rate: RateValues,
    pub(crate) idempotency: Idempotency,
    pub(crate) committer: Committer,
    pub(crate) cache: Cache,
    pub(crate) live: Live,
    pub(crate) gateway: Gateway,
    pub(crate) console: Console,
    pub(crate) webhooks: Webhooks,
    pub(crate) push: Push,
    pub(crate) retention: Retention,
    pub(crate) metrics: Metrics,
    pub(crate) log: Log,
    pub(crate) traces: Traces,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) listen: SocketAddr,
    pub(crate) workers: usize,
    pub(crate) cors_origins: Vec<String>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) connections: usize,
    pub(crate) connections_per_address: usize,
    pub(crate) waiting_bytes_per_address: usize,
    pub(crate) body_bytes: usize,
    pub(crate) head_timeout_seconds: u64,
    pub(crate) body_timeout_seconds: u64,
    pub(crate) keep_alive_seconds: u64,
    pub(crate) shutdown_timeout_seconds: u64,
    pub(crate) docs: bool,
    pub(crate) tls: TlsValues,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsValues {
    pub(crate) certificate_file: PathBuf,
    pub(crate) key_file: PathBuf,
}

impl TlsValues {
    /// Whether clients are spoken to over TLS. Of the two files either both are named or none.
    pub(crate) fn is_on(&self) -> bool {
        !self.certificate_file.as_os_str().is_empty()
    }
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
pub(crate) struct Files {
    pub(crate) place: FilePlace,
    pub(crate) folder: PathBuf,
    pub(crate) arriving: PathBuf,
    pub(crate) at_once: usize,
    pub(crate) at_once_per_user: usize,
    pub(crate) upload_timeout_seconds: u64,
    pub(crate) least_bytes_per_second: u64,
    pub(crate) slow_start_seconds: u64,
    pub(crate) uploads_a_minute: usize,
    pub(crate) bucket: BucketValues,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum FilePlace {
    Folder,
    Bucket,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BucketValues {
    pub(crate) endpoint: String,
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) access_key_id: String,
    #[serde(serialize_with = "hidden")]
    pub(crate) secret_access_key: String,
    pub(crate) path_style: bool,
}

impl std::fmt::Debug for BucketValues {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("BucketValues").field("name", &self.name).finish_non_exhaustive()
    }
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
pub(crate) struct Live {
    pub(crate) connections: usize,
    pub(crate) new_per_second: u32,
    pub(crate) connections_per_user: usize,
    pub(crate) ring_events: usize,
    pub(crate) heartbeat_seconds: u64,
    pub(crate) read_receipts: bool,
    pub(crate) redis: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Gateway {
    pub(crate) enabled: bool,
    pub(crate) public_address: String,
    pub(crate) keep_unread: bool,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Console {
    pub(crate) enabled: bool,
    pub(crate) address: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhooks {
    pub(crate) allow: Vec<String>,
    pub(crate) ca_file: PathBuf,
    pub(crate) retry_seconds: Vec<i64>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Push {
    pub(crate) grace_milliseconds: i64,
    pub(crate) webpush: WebPushValues,
    pub(crate) apns: ApnsValues,
    pub(crate) fcm: FcmValues,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebPushValues {
    pub(crate) key_file: PathBuf,
    pub(crate) subject: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApnsValues {
    pub(crate) key_file: PathBuf,
    pub(crate) key_id: String,
    pub(crate) team_id: String,
    pub(crate) topic: String,
    pub(crate) url: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FcmValues {
    pub(crate) account_file: PathBuf,
    pub(crate) url: String,
}

/// Days, of which 0 are for ever.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Retention {
    pub(crate) messages: i64,
    pub(crate) files: i64,
    pub(crate) revisions: i64,
    pub(crate) audit: i64,
    pub(crate) every_seconds: u64,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) listen: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    /// Where a collector of OpenTelemetry takes OTLP over HTTP; empty: there is none.
    pub(crate) endpoint: String,
    pub(crate) share: f64,
    pub(crate) service: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) level: String,
    pub(crate) format: LogFormat,
    pub(crate) access: Access,
    pub(crate) slow_milliseconds: u64,
}

impl Log {
    /// Which requests leave a line.
    pub(crate) fn access_rule(&self) -> AccessRule {
        let share = match self.access {
            Access::Named(AccessName::All) => 1.0,
            Access::Named(AccessName::Errors) => 0.0,
            Access::Share(share) => share,
        };
        AccessRule { share, slow: Duration::from_millis(self.slow_milliseconds) }
    }
}

/// Of which requests that neither failed nor were slow a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(untagged)]
pub(crate) enum Access {
    Named(AccessName),
    /// Of this share, from 0 to 1.
    Share(f64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AccessName {
    All,
    Errors,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

fn hidden<S: serde::Serializer>(secret: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if secret.is_empty() { "" } else { "(hidden)" })
}

fn without_password<S: serde::Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = DatabaseUrl::parse(url).map_or_else(|_| "(unreadable)".to_owned(), |url| url.to_string());
    serializer.serialize_str(&shown)
}
