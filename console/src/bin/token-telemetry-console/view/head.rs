//! The first line and the status below it.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Widget, Wrap};

use super::Look;
use super::look::SELECTED;
use crate::app::{App, Link};
use crate::message::{Message, Sdk};
use crate::status;

/// Draws the tabs of the SDKs, and whether messages arrive.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let link = link(app, look);
    let width = u16::try_from(link.width()).unwrap_or(u16::MAX);
    let [left, right] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(width)]).areas(area);
    let tabs = app
        .message()
        .map(|message| tabs(message, app.tab(), left.width));
    frame.render_widget(tabs.unwrap_or_else(|| Line::from("token-telemetry")), left);
    frame.render_widget(link, right);
}

fn link(app: &App, look: Look) -> Line<'_> {
    let state = match app.link() {
        _ if app.is_paused() => Span::styled("PAUSED", look.slow()),
        Link::Connecting => Span::styled("connecting", look.faint()),
        Link::Live => Span::styled("live", look.good()),
        Link::Lost(_) => Span::styled("NOT CONNECTED", look.bad()),
    };
    let address = Span::styled(format!(" {}", app.address()), look.faint());
    Line::from(vec![Span::raw(" "), state, address])
}

/// All tabs, or just the open one if there is no space for all.
fn tabs(message: &Message, open: usize, width: u16) -> Line<'_> {
    let sdks = message.sdks.iter().enumerate();
    let all: Line<'_> = sdks.map(|(at, sdk)| tab(at, sdk, at == open)).collect();
    if all.width() <= usize::from(width) {
        return all;
    }
    let count = message.sdks.len();
    let this = message.sdks.get(open).map(|sdk| tab(open, sdk, true));
    let rest = Span::raw(format!(" of {count} (Tab)"));
    this.into_iter().chain([rest]).collect()
}

fn tab(at: usize, sdk: &Sdk, is_open: bool) -> Span<'_> {
    let text = format!("{} {} {}", at + 1, sdk.name, sdk.version);
    if is_open {
        Span::styled(format!("[{text}]"), SELECTED)
    } else {
        Span::raw(format!(" {text} "))
    }
}

/// Returns the status in words.
pub(super) fn status<'a>(app: &'a App, sdk: &Sdk, look: Look) -> Paragraph<'a> {
    let line = if let Link::Lost(reason) = app.link() {
        let text = format!("{reason} Below is what was known last.");
        Line::from(vec![
            Span::styled("NOT CONNECTED ", look.bad()),
            Span::raw(text),
        ])
    } else {
        let (level, text) = status::status(sdk);
        let word = Span::styled(format!("{} ", level.word()), look.level(level));
        Line::from(vec![word, Span::raw(text)])
    };
    Paragraph::new(line).wrap(Wrap { trim: true })
}

/// Returns how many lines the status needs; it is cut after three.
pub(super) fn status_height(status: &Paragraph<'_>, width: u16) -> u16 {
    // A widget does not say how it wraps, so the line below the last one must be empty.
    let fits = |lines: &u16| {
        let area = Rect::new(0, 0, width, *lines + 1);
        let mut buffer = Buffer::empty(area);
        status.render(area, &mut buffer);
        let mut below = (0..width).filter_map(|x| buffer.cell((x, *lines)));
        below.all(|cell| cell.symbol() == " ")
    };
    (1..3).find(fits).unwrap_or(3)
}
