//! Draws plots as SVG without text, so that they stretch to any width.

use std::fmt::Write as _;

use super::escape::Escaped;
use super::grouped;
use crate::time;
use crate::timeline::Interval;

/// A part of a bar: its class, its count, and what it shows.
pub(super) struct Part<'a> {
    pub(super) class: String,
    pub(super) count: u64,
    pub(super) title: &'a str,
}

/// Width of a whole bar in the coordinates of its SVG.
const WHOLE: f64 = 1000.0;

/// Draws a bar of parts. `all` is the count of a bar over the whole width.
pub(super) fn bar(parts: &[Part<'_>], all: u64) -> String {
    let mut out = format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WHOLE} 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    );
    let mut from = 0;
    for part in parts.iter().filter(|part| part.count > 0) {
        let (x, width) = (scaled(from, all), scaled(part.count, all));
        // Writing to a string cannot fail.
        let _written = write!(
            out,
            "<rect class=\"{}\" x=\"{x:.1}\" width=\"{:.1}\" height=\"10\"><title>{}: {}</title></rect>",
            part.class,
            width.max(2.0),
            Escaped(part.title),
            grouped(part.count),
        );
        from += part.count;
    }
    out.push_str("</svg>");
    out
}

#[expect(clippy::cast_precision_loss, reason = "a plot has few pixels")]
fn scaled(count: u64, all: u64) -> f64 {
    WHOLE * count as f64 / all.max(1) as f64
}

/// Draws a column for each interval.
pub(super) fn columns(
    intervals: &[(i64, Interval)],
    class: &str,
    count: impl Fn(&Interval) -> u64,
) -> String {
    let most = intervals.iter().map(|(_, counts)| count(counts)).max();
    let most = most.unwrap_or(0);
    let mut out = format!(
        "<svg class=\"columns\" viewBox=\"0 0 {} 1000\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
        intervals.len() * 10
    );
    for (at, (start, counts)) in intervals.iter().enumerate() {
        let count = count(counts);
        let height = scaled(count, most);
        let _written = write!(
            out,
            "<rect class=\"{class}\" x=\"{}\" y=\"{:.0}\" width=\"8.4\" height=\"{height:.0}\"><title>{}: {}</title></rect>",
            at * 10,
            WHOLE - height,
            time::to_text(*start),
            grouped(count),
        );
    }
    out.push_str("</svg>");
    out
}

/// Describes the width of an interval.
pub(super) fn width(millis: i64) -> String {
    let minutes = millis / 60_000;
    match (minutes / 1440, minutes / 60) {
        (0, 0) => format!("{minutes} min"),
        (0, hours) => format!("{hours} h"),
        (days, _) => format!("{days} d"),
    }
}
