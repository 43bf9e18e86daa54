//! Draws the screen.

mod details;
mod head;
mod help;
mod latency;
mod list;
mod look;
mod panels;
mod rates;
mod table;

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph, Wrap};

use crate::app::{App, Link};
use crate::message::Sdk;

pub(crate) use look::Look;
use look::STRONG;

/// The smallest screen that has space for something of everything.
const MIN_WIDTH: u16 = 60;
const MIN_HEIGHT: u16 = 16;

/// From this width on, the panels are beside the list.
const WIDE: u16 = 120;

/// From this height on, a wide screen shows the details below the list.
const TALL: u16 = 36;

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &mut App, look: Look) {
    let area = frame.area();
    if area.width < MIN_WIDTH || area.height < MIN_HEIGHT {
        let text = format!("Too small: {MIN_WIDTH}x{MIN_HEIGHT} needed. q quits.");
        frame.render_widget(Paragraph::new(text).wrap(Wrap { trim: true }), area);
        return;
    }
    let [top, body, bottom] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    head::draw(frame, top, app, look);
    if app.is_helping() {
        help::draw(frame, body, look);
    } else if app.sdk().is_some() {
        draw_sdk(frame, body, app, look);
    } else {
        draw_nothing(frame, body, app, look);
    }
    help::draw_keys(frame, bottom, app, look);
}

fn draw_sdk(frame: &mut Frame<'_>, area: Rect, app: &mut App, look: Look) {
    let Some(sdk) = app.sdk() else {
        return;
    };
    let status = head::status(app, sdk, look);
    let lines = head::status_height(&status, area.width);
    let [top, rate, body] = Layout::vertical([
        Constraint::Length(lines),
        Constraint::Length(if area.height >= TALL { 5 } else { 3 }),
        Constraint::Fill(1),
    ])
    .areas(area);
    frame.render_widget(status, top);
    rates::draw(frame, rate, sdk, look);
    if area.width >= WIDE {
        draw_wide(frame, body, app, look);
    } else {
        draw_narrow(frame, body, app, look);
    }
}

fn draw_wide(frame: &mut Frame<'_>, area: Rect, app: &mut App, look: Look) {
    let [left, right] =
        Layout::horizontal([Constraint::Percentage(58), Constraint::Percentage(42)])
            .spacing(1)
            .areas(area);
    if let Some(sdk) = app.sdk() {
        let quarter = [Constraint::Fill(1); 4];
        let [first, second, third, fourth] = Layout::vertical(quarter).areas(right);
        draw_panels(frame, [first, second, third, fourth], sdk, look);
    }
    if area.height >= TALL || app.has_details() {
        let halves = [Constraint::Percentage(55), Constraint::Percentage(45)];
        let [list, details] = Layout::vertical(halves).areas(left);
        list::draw(frame, list, app, look);
        details::draw(frame, details, app, look);
    } else {
        list::draw(frame, left, app, look);
    }
}

fn draw_narrow(frame: &mut Frame<'_>, area: Rect, app: &mut App, look: Look) {
    if app.has_details() {
        details::draw(frame, area, app, look);
        return;
    }
    // The list gets a little more than half.
    let height = (area.height / 4).clamp(3, 8);
    let rows = [
        Constraint::Length(height),
        Constraint::Length(height),
        Constraint::Fill(1),
    ];
    let [upper, lower, list] = Layout::vertical(rows).areas(area);
    if let Some(sdk) = app.sdk() {
        let halves = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).spacing(1);
        let [first, second] = halves.areas(upper);
        let [third, fourth] = halves.areas(lower);
        draw_panels(frame, [first, second, third, fourth], sdk, look);
    }
    list::draw(frame, list, app, look);
}

fn draw_panels(frame: &mut Frame<'_>, areas: [Rect; 4], sdk: &Sdk, look: Look) {
    let [in_flight, latency, failures, tokens] = areas;
    panels::in_flight(frame, in_flight, sdk, look);
    latency::draw(frame, latency, sdk, look);
    panels::failures(frame, failures, sdk, look);
    panels::tokens(frame, tokens, sdk, look);
}

/// There is no SDK to show; says why.
fn draw_nothing(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let (text, style) = match app.link() {
        Link::Connecting => (format!("Connecting to {} …", app.address()), look.faint()),
        Link::Lost(reason) => (
            format!("{reason}\n\nTrying again every second."),
            look.bad(),
        ),
        Link::Live => ("The console shows no SDK.".to_owned(), look.slow()),
    };
    let text = Paragraph::new(text)
        .style(style)
        .alignment(Alignment::Center);
    let [_, middle, _] = Layout::vertical([
        Constraint::Fill(1),
        Constraint::Length(6),
        Constraint::Fill(1),
    ])
    .areas(area);
    frame.render_widget(text.wrap(Wrap { trim: true }), middle);
}

/// Returns a panel with a title and a rule above it.
fn panel(title: &str, look: Look) -> Block<'static> {
    Block::new()
        .borders(Borders::TOP)
        .border_style(look.faint())
        .title(Line::from(Span::styled(format!("{title} "), STRONG)))
}
