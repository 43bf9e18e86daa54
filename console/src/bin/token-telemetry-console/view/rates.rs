//! What ended in each second, as bars.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::widgets::Sparkline;

use super::{Look, panel};
use crate::message::Sdk;
use crate::words::number;

/// Draws hits, fetches and failures per second.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, sdk: &Sdk, look: Look) {
    let thirds = Layout::horizontal([Constraint::Fill(1); 3]).spacing(1);
    let [hits, fetches, failures] = thirds.areas(area);
    let series = &sdk.series;
    draw_one(frame, hits, ("Hits/s", &series.hits), look, look.good());
    draw_one(
        frame,
        fetches,
        ("Fetches/s", &series.fetches),
        look,
        look.fetch(),
    );
    draw_one(
        frame,
        failures,
        ("Failures/s", &series.failures),
        look,
        look.bad(),
    );
}

fn draw_one(
    frame: &mut Frame<'_>,
    area: Rect,
    (name, counts): (&str, &[u64]),
    look: Look,
    style: Style,
) {
    // The last second is not complete.
    let counts = counts.split_last().map_or(counts, |(_, complete)| complete);
    let shown = counts.len().saturating_sub(area.width.into());
    let shown = counts.get(shown..).unwrap_or_default();
    let now = shown.last().copied().unwrap_or(0);
    let most = shown.iter().max().copied().unwrap_or(0);
    let title = format!("{name}: {} (max {})", number(now), number(most));
    // Fewer seconds than columns go to the right end, where the present is.
    let missing = usize::from(area.width).saturating_sub(shown.len());
    let bars = std::iter::repeat_n(0, missing).chain(shown.iter().copied());
    let bars: Vec<u64> = bars.collect();
    let sparkline = Sparkline::default().data(bars).style(style);
    frame.render_widget(sparkline.block(panel(&title, look)), area);
}
