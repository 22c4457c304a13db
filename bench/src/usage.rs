//! What a process has used, as Linux tells it under `/proc`.

use std::fs;

use anyhow::{Context, Result};

/// `USER_HZ`, which is the same on every Linux that programs see.
const TICKS_A_SECOND: f64 = 100.0;

/// What a process has used since it began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Seconds of CPU, in user and kernel.
    pub(crate) cpu_seconds: f64,
    /// Bytes it caused to be written to storage.
    pub(crate) written_bytes: u64,
}

impl Usage {
    pub(crate) fn of(pid: u32) -> Result<Self> {
        let stat = read(pid, "stat")?;
        // The name in parentheses may hold anything; the fields after it are numbers.
        let fields: Vec<&str> =
            stat.rsplit(')').next().unwrap_or_default().split_ascii_whitespace().collect();
        let ticks =
            |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let written_bytes = field(&read(pid, "io")?, "write_bytes:");
        Ok(Self { cpu_seconds: (ticks(11) + ticks(12)) / TICKS_A_SECOND, written_bytes })
    }

    /// What was used since `earlier`.
    pub(crate) fn since(self, earlier: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds - earlier.cpu_seconds,
            written_bytes: self.written_bytes.saturating_sub(earlier.written_bytes),
        }
    }

    /// With what another process used.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds + other.cpu_seconds,
            written_bytes: self.written_bytes + other.written_bytes,
        }
    }
}

/// Resident memory of a process in bytes, now.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    Ok(field(&read(pid, "status")?, "VmRSS:") * 1024)
}

fn read(pid: u32, file: &str) -> Result<String> {
    let path = format!("/proc/{pid}/{file}");
    fs::read_to_string(&path).with_context(|| path)
}

/// The number behind a name at the begin of a line.
fn field(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_works_is_seen_to_work() {
        let me = std::process::id();
        let before = Usage::of(me).unwrap();
        let (begun, mut x) = (std::time::Instant::now(), 1_u64);
        while Usage::of(me).unwrap().since(before).cpu_seconds < 0.02 {
            x = std::hint::black_box(x.wrapping_mul(31));
            assert!(begun.elapsed().as_secs() < 60, "no work is seen");
        }
        assert!(resident_bytes(me).unwrap() > 100_000);
    }

    #[test]
    fn a_field_is_found_by_its_name() {
        assert_eq!(field("VmHWM:\t  9 kB\nVmRSS:\t  7 kB\n", "VmRSS:"), 7);
        assert_eq!(field("VmHWM: x", "VmHWM:"), 0);
    }
}
