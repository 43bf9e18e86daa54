//! The last acquisitions.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Cell, Paragraph, Row, Table};

use super::look::SELECTED;
use super::{Look, panel};
use crate::app::App;
use crate::entry::{End, cause};
use crate::message::Entry;
use crate::words::{number, short_time};

/// Draws the part of the list around the selected acquisition.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let (entries, selected) = app.listed();
    let block = panel(&title(app, entries.len()), look);
    let space = usize::from(area.height.saturating_sub(1));
    let Some(selected) = selected else {
        let why = if app.filter().is_empty() && !app.filter().hides_hits() {
            "Nothing has ended yet."
        } else {
            "Nothing matches. Esc clears the filter, h shows cache hits."
        };
        let why = Paragraph::new(Line::from(Span::styled(why, look.faint())));
        frame.render_widget(why.block(block), area);
        return;
    };
    let first = selected
        .saturating_sub(space / 2)
        .min(entries.len().saturating_sub(space));
    let now_ms = app.message().map_or(0, |message| message.now_ms);
    let shown = entries.iter().enumerate().skip(first).take(space);
    let rows = shown.map(|(at, entry)| row(entry, now_ms, at == selected, look));
    let widths = [
        Constraint::Length(8),
        Constraint::Length(9),
        Constraint::Fill(1),
        Constraint::Length(8),
        Constraint::Fill(1),
    ];
    frame.render_widget(
        Table::new(rows, widths).column_spacing(1).block(block),
        area,
    );
}

fn title(app: &App, listed: usize) -> String {
    let mut title = format!(
        "Last acquisitions: {}",
        number(u64::try_from(listed).unwrap_or(u64::MAX))
    );
    if !app.filter().is_empty() {
        title = format!("{title} match {:?}", app.filter().text());
    }
    if app.filter().hides_hits() {
        title.push_str(" without hits");
    }
    if !app.is_following() {
        title.push_str(", g follows");
    }
    match app.left_out() {
        0 => title,
        left_out => format!("{title}, {} left out", number(left_out)),
    }
}

fn row(entry: &Entry, now_ms: u64, is_selected: bool, look: Look) -> Row<'_> {
    let record = &entry.record;
    let end = End::of(record);
    let age = record
        .ended_at_us
        .map(|ended| now_ms.saturating_mul(1_000).saturating_sub(ended));
    // Ages below a second would only flicker.
    let age = age.map(|age| {
        if age < 1_000_000 {
            "now".to_owned()
        } else {
            short_time(age)
        }
    });
    let sign = if is_selected { '>' } else { ' ' };
    let mut why = cause(record).to_owned();
    if record.attempt_count > 1 {
        why = format!("{why} #{}", record.attempt_count);
    }
    let row = Row::new(vec![
        Cell::from(format!("{sign} {}", age.unwrap_or_default())),
        Cell::from(Span::styled(end.word(), look.end(end))),
        Cell::from(&*record.api),
        Cell::from(record.duration_total_us.map(short_time).unwrap_or_default()),
        Cell::from(why),
    ]);
    if is_selected {
        row.style(SELECTED)
    } else {
        row
    }
}
