//! A progress line each second: time, acquisitions, rate and memory.

use std::io::{IsTerminal as _, Write as _, stdout};
use std::time::Duration;

use token_telemetry::Telemetry;
use tokio::time::Instant;

/// The warm-up, while pools and caches fill: a fraction of the run, and its maximum length.
const WARM_UP: (u32, Duration) = (3, Duration::from_secs(20));

/// Prints the progress and tracks memory use since the warm-up.
pub(crate) struct Progress {
    start: Instant,
    warm_at: Duration,
    warm_kib: Option<u64>,
    acquisitions: u64,
    in_place: bool,
}

impl Progress {
    pub(crate) fn new(length: Duration) -> Self {
        let (part, longest) = WARM_UP;
        Self {
            start: Instant::now(),
            warm_at: (length / part).min(longest),
            warm_kib: None,
            acquisitions: 0,
            in_place: stdout().is_terminal(),
        }
    }

    /// Prints a line every second until dropped.
    pub(crate) async fn keep_printing(&mut self, telemetry: &Telemetry) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.tick().await;
        loop {
            second.tick().await;
            self.print(telemetry);
        }
    }

    fn print(&mut self, telemetry: &Telemetry) {
        let passed = self.start.elapsed();
        if self.warm_kib.is_none() && passed >= self.warm_at {
            self.warm_kib = resident_kib();
        }
        let totals = telemetry.totals();
        let now = totals.cache + totals.identity_provider + totals.failures + totals.cancelled;
        let rate = now - self.acquisitions;
        self.acquisitions = now;
        let memory = resident_kib().map_or_else(String::new, |kib| format!("{:>12}", mib(kib)));
        let line = format!(
            "{:>6} s{now:>14} acquisitions{rate:>9}/s{memory}",
            passed.as_secs()
        );
        // On a terminal, each line overwrites the last one.
        let (before, after) = if self.in_place {
            ("\r\x1b[2K", "")
        } else {
            ("", "\n")
        };
        let mut out = stdout().lock();
        drop(write!(out, "{before}{line}{after}").and_then(|()| out.flush()));
    }

    /// Ends the line, and returns the growth of memory since the warm-up in KiB, if known.
    pub(crate) fn finish(self) -> Option<u64> {
        if self.in_place {
            drop(writeln!(stdout()));
        }
        Some(resident_kib()?.saturating_sub(self.warm_kib?))
    }
}

/// Formats a size in MiB.
pub(crate) fn mib(kib: u64) -> String {
    format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024)
}

/// Returns the resident memory of this process, if the system reports it.
fn resident_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}
