//! How long callers waited recently.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

/// Capacity of the sliding window.
const CAPACITY: usize = 500;

/// The latest times of one source, and the total count.
#[derive(Default)]
pub(crate) struct Latency {
    count: u64,
    times: VecDeque<Duration>,
}

impl Latency {
    pub(crate) fn add(&mut self, time: Duration) {
        self.count += 1;
        if self.times.len() == CAPACITY {
            self.times.pop_front();
        }
        self.times.push_back(time);
    }

    /// Returns the quantiles of the latest times, in microseconds.
    pub(crate) fn json(&self) -> Value {
        let mut times: Vec<Duration> = self.times.iter().copied().collect();
        times.sort_unstable();
        json!({
            "count": self.count,
            "min": micros(&times, 0),
            "median": micros(&times, 50),
            "p95": micros(&times, 95),
            "max": micros(&times, 100),
        })
    }
}

fn micros(sorted: &[Duration], percent: usize) -> f64 {
    let at = sorted.len().saturating_sub(1) * percent / 100;
    sorted.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_cover_the_latest_times() {
        let mut latency = Latency::default();
        (0..2000).for_each(|micros| latency.add(Duration::from_micros(micros)));
        let json = latency.json();
        assert_eq!(json["count"], 2000);
        assert_eq!(json["min"], 1500.0);
        assert_eq!(json["median"], 1749.0);
        assert_eq!(json["max"], 1999.0);
    }
}
