//! Counts over time in bounded memory.

use std::collections::BTreeMap;

/// What is counted per interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) requests: u64,
    pub(crate) failures: u64,
    pub(crate) hits: u64,
}

impl Interval {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.failures += other.failures;
        self.hits = self.hits.saturating_add(other.hits);
    }
}

const MINUTE: i64 = 60_000;
/// The widths that an interval can have, each a multiple of the one before.
const WIDTHS: [i64; 10] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    60 * MINUTE,
    6 * 60 * MINUTE,
    24 * 60 * MINUTE,
    7 * 24 * 60 * MINUTE,
    28 * 24 * 60 * MINUTE,
    336 * 24 * 60 * MINUTE,
    3360 * 24 * 60 * MINUTE,
];
const MOST: usize = 120;

/// Intervals of equal width, which grows with the time that the log covers.
pub(crate) struct Timeline {
    intervals: BTreeMap<i64, Interval>,
    width: i64,
}

impl Default for Timeline {
    fn default() -> Self {
        Self {
            intervals: BTreeMap::new(),
            width: MINUTE,
        }
    }
}

impl Timeline {
    pub(crate) fn add(&mut self, millis: i64, counts: Interval) {
        let start = millis - millis.rem_euclid(self.width);
        self.intervals.entry(start).or_default().add(counts);
        while self.intervals.len() > MOST {
            let wider = WIDTHS.into_iter().find(|width| *width > self.width);
            let Some(width) = wider else { return };
            self.width = width;
            for (start, counts) in std::mem::take(&mut self.intervals) {
                let start = start - start.rem_euclid(width);
                self.intervals.entry(start).or_default().add(counts);
            }
        }
    }

    pub(crate) fn width(&self) -> i64 {
        self.width
    }

    /// Returns the intervals without gaps, except for rare ones at both ends.
    ///
    /// One wrong clock would otherwise move everything else into one corner of a plot.
    pub(crate) fn plotted(&self) -> Vec<(i64, Interval)> {
        let total: u64 = self.intervals.values().map(|counts| counts.requests).sum();
        let from = edge(self.intervals.iter(), total);
        let to = edge(self.intervals.iter().rev(), total);
        let (Some(from), Some(to)) = (from, to) else {
            return Vec::new();
        };
        let most = i64::try_from(2 * MOST).unwrap_or(i64::MAX);
        let count = ((to - from) / self.width + 1).clamp(0, most);
        let starts = (0..count).map(|step| from + step * self.width);
        let counts = |start| self.intervals.get(&start).copied().unwrap_or_default();
        starts.map(|start| (start, counts(start))).collect()
    }
}

/// Returns the first interval after a thousandth of all requests.
fn edge<'a>(intervals: impl Iterator<Item = (&'a i64, &'a Interval)>, total: u64) -> Option<i64> {
    let mut skipped = 0;
    for (start, counts) in intervals {
        skipped += counts.requests;
        if skipped > total / 1000 {
            return Some(*start);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Interval = Interval {
        requests: 1,
        failures: 0,
        hits: 0,
    };

    #[test]
    fn width_depends_on_the_time_covered() {
        let mut timeline = Timeline::default();
        for minute in 0..100_000 {
            timeline.add(minute * MINUTE, ONE);
        }
        assert_eq!(timeline.width(), 24 * 60 * MINUTE);
        let plotted = timeline.plotted();
        assert_eq!(plotted.len(), 70);
        let requests: u64 = plotted.iter().map(|(_, counts)| counts.requests).sum();
        assert_eq!(requests, 100_000);
    }

    #[test]
    fn wrong_clocks_do_not_squash_the_plot() {
        let mut timeline = Timeline::default();
        for second in 0..6_000 {
            timeline.add(1_795_308_840_000 + second * 1000, ONE);
        }
        timeline.add(946_684_800_000, ONE);
        timeline.add(4_102_444_700_000, ONE);
        assert!((100..=101).contains(&timeline.plotted().len()));
    }
}
