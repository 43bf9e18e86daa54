//! How long callers waited lately.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Value, json};

/// Times that are remembered.
const REMEMBERED: usize = 500;

/// The last times of one source, and how many there were in all.
#[derive(Default)]
pub(crate) struct Latency {
    count: u64,
    times: VecDeque<Duration>,
}

impl Latency {
    pub(crate) fn add(&mut self, time: Duration) {
        self.count += 1;
        if self.times.len() == REMEMBERED {
            self.times.pop_front();
        }
        self.times.push_back(time);
    }

    /// Times in microseconds: one of two was longer than the median, one of twenty than p95.
    pub(crate) fn json(&self) -> Value {
        let mut times: Vec<Duration> = self.times.iter().copied().collect();
        times.sort_unstable();
        json!({
            "count": self.count,
            "least": micros(&times, 0),
            "median": micros(&times, 50),
            "p95": micros(&times, 95),
            "most": micros(&times, 100),
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
    fn quantiles_are_taken_from_the_last_times() {
        let mut latency = Latency::default();
        (0..2000).for_each(|micros| latency.add(Duration::from_micros(micros)));
        let json = latency.json();
        assert_eq!(json["count"], 2000);
        assert_eq!(json["least"], 1500.0);
        assert_eq!(json["median"], 1749.0);
        assert_eq!(json["most"], 1999.0);
    }
}
