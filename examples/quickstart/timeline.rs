//! The attempts of an acquisition as a small timeline.

use std::time::Duration;

use token_telemetry::AcquisitionRecord;
use token_telemetry::acquisition::Attempt;

/// Columns for the whole acquisition.
const COLUMNS: usize = 24;

/// Returns one line for each attempt, if there were several.
pub(crate) fn lines(record: &AcquisitionRecord) -> Vec<String> {
    let Some(total) = record
        .duration_total()
        .filter(|_| record.attempt_count() > 1)
    else {
        return Vec::new();
    };
    record
        .attempts()
        .map(|attempt| line(attempt, total))
        .collect()
}

fn line(attempt: &Attempt, total: Duration) -> String {
    let start = attempt.start().unwrap_or_default();
    let duration = attempt.duration().unwrap_or_default();
    let status = attempt
        .status()
        .map_or_else(|| "---".to_owned(), |status| status.to_string());
    let waited = attempt
        .waited_before()
        .map(|time| format!(", waited {time:.1?} before"));
    format!(
        "attempt {} {status} {} at {start:.1?}, took {duration:.1?}{}",
        attempt.number(),
        bar(start, duration, total),
        waited.unwrap_or_default(),
    )
}

/// Returns a bar at its place in the acquisition, at least one column long.
fn bar(start: Duration, duration: Duration, total: Duration) -> String {
    let column = |time: Duration| {
        let share = time.as_nanos() * COLUMNS as u128 / total.as_nanos().max(1);
        usize::try_from(share).unwrap_or(COLUMNS).min(COLUMNS)
    };
    let from = column(start).min(COLUMNS - 1);
    let to = column(start + duration).max(from + 1);
    let (before, length, after) = (from, to - from, COLUMNS - to);
    format!("|{:before$}{}{:after$}|", "", "█".repeat(length), "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_follow_each_other() {
        let [first, second, total] = [6, 18, 24].map(Duration::from_millis);
        let first_bar = bar(Duration::ZERO, first, total);
        assert_eq!(first_bar, format!("|{}{:18}|", "█".repeat(6), ""));
        let second_bar = bar(first, second, total);
        assert_eq!(second_bar, format!("|{:6}{}|", "", "█".repeat(18)));
    }

    #[test]
    fn bar_stays_in_its_frame() {
        let [short, total, long] = [0, 24, 90].map(Duration::from_millis);
        let last = format!("|{:23}█|", "");
        assert_eq!(bar(total, short, total), last);
        assert_eq!(bar(long, long, total), last);
        assert_eq!(bar(short, short, short), format!("|█{:23}|", ""));
    }
}
