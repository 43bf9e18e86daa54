//! What reading a log costs.

use std::fs;
use std::time::Duration;

/// Describes how fast a log was read, and how much memory it took where Linux says so.
#[expect(clippy::cast_precision_loss, reason = "a rate is rounded anyway")]
pub(crate) fn cost(bytes: u64, took: Duration) -> String {
    let megabytes = bytes as f64 / 1e6;
    let seconds = took.as_secs_f64().max(1e-9);
    let rate = megabytes / seconds;
    let memory = peak_memory().map_or_else(String::new, |kibibytes| {
        format!(", peak memory {:.1} MB", kibibytes as f64 * 1024.0 / 1e6)
    });
    format!("read {megabytes:.1} MB in {seconds:.2} s, {rate:.0} MB/s{memory}")
}

/// Returns the most memory this process had, in KiB.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}
