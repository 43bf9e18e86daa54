//! The keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::look::STRONG;
use super::{Look, panel};
use crate::app::App;
use crate::keys::BINDINGS;

/// Draws all keys; each other key closes them.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, look: Look) {
    let lines = BINDINGS.iter().map(|binding| {
        let keys = Span::styled(format!("  {:<11}", binding.keys), STRONG);
        Line::from(vec![keys, Span::raw(binding.does)])
    });
    let note = "  #2 is a second attempt; ! marks what is slow, expires soon or has expired.";
    let lines = lines.chain([Line::default(), Line::from(note)]);
    let help = Paragraph::new(lines.collect::<Vec<_>>());
    frame.render_widget(help.block(panel("Keys", look)), area);
}

/// Draws the last line: the filter that is typed, or the most important keys.
pub(super) fn draw_keys(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let line = if app.is_typing() {
        let text = format!("filter: {}", app.filter().text());
        let keys = Span::styled("_  Enter keeps it, Esc clears it", look.faint());
        Line::from(vec![Span::raw(text), keys])
    } else {
        let keys = if app.is_helping() {
            "any key: back   q quit"
        } else if app.has_details() {
            "Esc list   j/k other acquisition   J/K scroll   p pause   ? help   q quit"
        } else {
            "q quit  p pause  / filter  h hits  Tab SDK  j/k select  Enter details  ? help"
        };
        Line::from(Span::styled(keys, look.faint()))
    };
    frame.render_widget(line, area);
}
