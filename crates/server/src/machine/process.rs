//! What the process uses of the machine, by the names every process exports it.

/// Brings it up to date. What the kernel does not tell keeps what was reported last; elsewhere than on Linux nothing is.
pub(crate) fn report() {
    #[cfg(target_os = "linux")]
    if let Err(error) = report_linux() {
        tracing::debug!(%error, "what the process uses could not be read");
    }
}

#[cfg(target_os = "linux")]
fn report_linux() -> procfs::ProcResult<()> {
    use procfs::WithCurrentSystemInfo;
    use procfs::process::{LimitValue, Process};

    let process = Process::myself()?;
    let stat = process.stat()?;
    let ticks = procfs::ticks_per_second().max(1);
    metrics::counter!("process_cpu_seconds_total").absolute(stat.utime.saturating_add(stat.stime) / ticks);
    metrics::gauge!("process_resident_memory_bytes").set(number(stat.rss_bytes().get()));
    metrics::gauge!("process_virtual_memory_bytes").set(number(stat.vsize));
    metrics::gauge!("process_threads").set(number(stat.num_threads.try_into().unwrap_or(0)));
    metrics::gauge!("process_open_fds").set(number(process.fd_count()?.try_into().unwrap_or(0)));
    if let LimitValue::Value(most) = process.limits()?.max_open_files.soft_limit {
        metrics::gauge!("process_max_fds").set(number(most));
    }
    let started = procfs::boot_time_secs()?.saturating_add(stat.starttime / ticks);
    metrics::gauge!("process_start_time_seconds").set(number(started));
    Ok(())
}

/// A number as gauges have them, exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "nothing that is reported is larger")]
pub(crate) fn number(value: u64) -> f64 {
    value as f64
}
