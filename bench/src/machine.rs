//! What the machine is, and what its disk gives.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use crate::latency::{Latencies, Percentiles};

/// Where it was measured.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory: String,
    pub(crate) kernel: String,
    pub(crate) rustc: String,
    pub(crate) sync: SyncRate,
}

/// What one thread gets that writes 4 KiB and has it synchronised, again and again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SyncRate {
    /// `fdatasync` calls a second.
    pub(crate) rate: f64,
    pub(crate) latencies: Percentiles,
}

impl Machine {
    /// Looks at the machine, and at the disk of `directory` for `time`.
    pub(crate) fn look(directory: &Path, time: Duration) -> Result<Self> {
        let line = |file: &str, name: &str| {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            let found =
                text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':')).map(|(_, v)| v.trim());
            found.unwrap_or("unknown").to_owned()
        };
        Ok(Self {
            cpu: line("/proc/cpuinfo", "model name"),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            memory: line("/proc/meminfo", "MemTotal"),
            kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease")
                .unwrap_or_default()
                .trim()
                .to_owned(),
            rustc: said_by("rustc", &["--version"]),
            sync: sync_rate(directory, time)?,
        })
    }
}

fn said_by(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// Appends pages to a file, each made durable before the next.
fn sync_rate(directory: &Path, time: Duration) -> Result<SyncRate> {
    let path = directory.join("sync.probe");
    let file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let (mut latencies, mut count) = (Latencies::new()?, 0_u64);
    let begun = Instant::now();
    while begun.elapsed() < time {
        latencies.record(synced_page(&file, count)?);
        count += 1;
    }
    let rate = crate::numbers::float(usize::try_from(count)?) / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(SyncRate { rate, latencies: latencies.percentiles() })
}

fn synced_page(file: &File, number: u64) -> Result<Duration> {
    let begun = Instant::now();
    file.write_all_at(&[7; 4096], number * 4096)?;
    file.sync_data()?;
    Ok(begun.elapsed())
}
