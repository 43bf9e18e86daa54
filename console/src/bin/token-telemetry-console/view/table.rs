//! Rows in columns below a title.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::widgets::{Block, Row, Table};

/// Draws the rows that fit; if some do not, the last line counts them.
pub(super) fn draw<'a>(
    frame: &mut Frame<'_>,
    area: Rect,
    block: Block<'a>,
    rows: impl Iterator<Item = Row<'a>>,
    widths: &[u16],
) {
    let mut rows: Vec<Row<'a>> = rows.collect();
    let space = usize::from(area.height.saturating_sub(1));
    if rows.len() > space && space > 1 {
        let more = rows.len() - space + 1;
        rows.truncate(space - 1);
        rows.push(Row::new(vec![format!("+ {more}")]));
    }
    let widths = widths.iter().copied().map(Constraint::Length);
    let table = Table::new(rows, widths).column_spacing(1);
    frame.render_widget(table.block(block), area);
}
