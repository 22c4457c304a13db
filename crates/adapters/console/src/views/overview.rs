//! How the server does.

use serde::Serialize;
use sixin_application::administration::ports::{Sample, VitalSigns};
use utoipa::ToSchema;

/// How the server did at a moment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminSample)]
pub(crate) struct SampleInfo {
    /// When.
    pub(crate) at: i64,
    /// Messages stored a second.
    pub(crate) messages: f64,
    /// Requests answered a second.
    pub(crate) requests: f64,
    /// How long a batch of sends took to be stored, in milliseconds.
    pub(crate) commit_ms: f64,
    /// Sends that waited to be stored.
    pub(crate) queue: f64,
    /// Live streams that were open.
    pub(crate) live: f64,
}

/// A disk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminDisk)]
pub(crate) struct DiskInfo {
    /// What is kept there.
    pub(crate) place: String,
    /// Bytes that can still be written.
    pub(crate) free: f64,
    /// Bytes there are.
    pub(crate) size: f64,
}

/// How the server does: this process, since it began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AdminOverview)]
pub(crate) struct OverviewInfo {
    /// The version that runs.
    pub(crate) version: String,
    /// When this process began.
    pub(crate) started_at: i64,
    /// Which database it is, without a password.
    pub(crate) database: String,
    /// Whether requests should be sent here.
    pub(crate) ready: bool,
    /// Why not.
    pub(crate) reasons: Vec<&'static str>,
    /// What is configured to be less durable than the default, or null.
    pub(crate) weakness: Option<String>,
    /// Memory in use, in bytes.
    pub(crate) memory: f64,
    /// The size of the files of an SQLite database, in bytes; 0 on MySQL.
    pub(crate) database_bytes: f64,
    /// The disks.
    pub(crate) disks: Vec<DiskInfo>,
    /// The last ten minutes, the oldest first.
    pub(crate) samples: Vec<SampleInfo>,
}

impl OverviewInfo {
    pub(crate) fn of(signs: VitalSigns) -> Self {
        let sample = |sample: &Sample| SampleInfo {
            at: sample.at.0,
            messages: sample.messages,
            requests: sample.requests,
            commit_ms: sample.commit_ms,
            queue: sample.queue,
            live: sample.live,
        };
        Self {
            version: signs.version,
            started_at: signs.started_at.0,
            database: signs.database,
            ready: signs.reasons.is_empty(),
            reasons: signs.reasons,
            weakness: signs.weakness,
            memory: signs.memory,
            database_bytes: signs.database_bytes,
            disks: signs
                .disks
                .into_iter()
                .map(|disk| DiskInfo { place: disk.place, free: disk.free, size: disk.size })
                .collect(),
            samples: signs.samples.iter().map(sample).collect(),
        }
    }
}
