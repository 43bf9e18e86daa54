//! How long callers waited for a token.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Row;

use super::{Look, panel, table};
use crate::message::{Sdk, Source};
use crate::words::{number, short_time};

/// The columns after the source, and how wide each is.
const COLUMNS: [(&str, u16); 5] = [("p50", 6), ("p95", 6), ("p99", 6), ("max", 6), ("count", 7)];

/// The columns of a panel that has no space for all.
const FEW: usize = 3;

/// From this width on, there is space for all columns.
const WIDE: u16 = 56;

/// Draws the quantiles, by where the token came from.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, sdk: &Sdk, look: Look) {
    let few = if area.width >= WIDE {
        COLUMNS.len()
    } else {
        FEW
    };
    let columns = COLUMNS.iter().take(few);
    let right: u16 = columns.clone().map(|(_, width)| width + 1).sum();
    let mut widths = vec![area.width.saturating_sub(right)];
    widths.extend(columns.clone().map(|(_, width)| *width));
    // The heads of the columns are in the title, which leaves the lines to the numbers.
    let heads = columns.map(|(head, width)| format!(" {head:<0$}", usize::from(*width)));
    let heads = Line::from(heads.collect::<String>()).right_aligned();
    let block = panel(&format!("Latency, {} s", sdk.window.seconds), look).title(heads);
    let rows = sdk.window.sources.iter().map(|source| row(source, few));
    table::draw(frame, area, block, rows, &widths);
}

fn row(source: &Source, few: usize) -> Row<'_> {
    let cells = [
        source.label.clone(),
        short_time(source.p50_us),
        short_time(source.p95_us),
        short_time(source.p99_us),
        short_time(source.max_us),
        number(source.count),
    ];
    Row::new(cells.into_iter().take(few + 1))
}
