//! What runs, what failed, and which tokens there are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Cell, Row};

use super::{Look, panel, table};
use crate::message::{Running, Sdk};
use crate::status::SLOW;
use crate::words::{end_of, number, short_time, spaced};

/// A token that expires within this many microseconds should be refreshed by now.
const SOON: u64 = 5 * 60 * 1_000_000;

/// From this width on, there is space for ids.
const WIDE: u16 = 56;

/// Draws the acquisitions that have not ended, oldest first.
pub(super) fn in_flight(frame: &mut Frame<'_>, area: Rect, sdk: &Sdk, look: Look) {
    let (age_width, waits_width) = (8, (area.width / 3).max(17));
    let api_width = area.width.saturating_sub(age_width + waits_width + 2);
    let rows = sdk.in_flight.listed.iter().map(|running| {
        let age = running.age_us.map_or_else(|| "?".to_owned(), short_time);
        let is_slow = running.age_us.is_some_and(|age| age >= SLOW);
        let age = if is_slow { format!("{age} !") } else { age };
        let style = if is_slow { look.slow() } else { look.fetch() };
        Row::new(vec![
            Cell::from(Span::styled(age, style)),
            Cell::from(end_of(&running.api, api_width)),
            Cell::from(waits(running)),
        ])
    });
    let title = format!("In flight: {}", number(sdk.in_flight.count));
    let widths = [age_width, api_width, waits_width];
    table::draw(frame, area, panel(&title, look), rows, &widths);
}

fn waits(running: &Running) -> String {
    let waits = match &*running.waiting_for {
        "http" => "HTTP".to_owned(),
        "unknown" | "" => "-".to_owned(),
        other => spaced(other),
    };
    let attempt = match running.attempts {
        0 | 1 => String::new(),
        attempts => format!(" #{attempts}"),
    };
    let status = running.last_status.map(|status| status.to_string());
    let last = status.or_else(|| running.last_error.as_deref().map(spaced));
    let last = last.map_or_else(String::new, |last| format!(" after {last}"));
    let background = if running.background {
        " (background)"
    } else {
        ""
    };
    format!("{waits}{attempt}{last}{background}")
}

/// Draws the failures that a later request reports.
pub(super) fn failures(frame: &mut Frame<'_>, area: Rect, sdk: &Sdk, look: Look) {
    let failures = &sdk.failures;
    let (state_width, id_width) = (5, if area.width >= WIDE { 8 } else { 0 });
    let half = area.width.saturating_sub(state_width + id_width + 3) / 2;
    let rows = failures.waiting.iter().map(|failure| {
        let state = if failure.in_flight { "sent" } else { "waits" };
        Row::new(vec![
            Cell::from(state),
            Cell::from(Span::styled(&*failure.code, look.bad())),
            Cell::from(end_of(&failure.api, half)),
            Cell::from(&*failure.id),
        ])
    });
    let mut title = format!("To report: {}", number(failures.waiting_count));
    let counts = [
        (failures.in_flight_count, "sent"),
        (failures.lost, "lost"),
        (sdk.hits_to_report, "hits"),
        (failures.delivered, "reported"),
    ];
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        title = format!("{title}, {} {what}", number(count));
    }
    let widths = [state_width, half, half, id_width];
    table::draw(frame, area, panel(&title, look), rows, &widths);
}

/// Draws the tokens that were seen, the first to expire first.
pub(super) fn tokens(frame: &mut Frame<'_>, area: Rect, sdk: &Sdk, look: Look) {
    let mut tokens: Vec<_> = sdk.tokens.iter().collect();
    tokens.sort_by_key(|token| token.expires_in_us);
    let count = tokens.len();
    let time_width = 9;
    let rest = area.width.saturating_sub(time_width + 1);
    let rows = tokens.into_iter().map(|token| {
        let (time, style) = match token.expires_in_us {
            0 => ("expired !".to_owned(), look.bad()),
            left @ 1..SOON => (format!("{} !", short_time(left)), look.slow()),
            left => (short_time(left), look.good()),
        };
        let credential = token.credential.as_deref();
        let credential = credential.map(|name| format!(", {}", spaced(name)));
        let text = format!("{}{}", token.api, credential.unwrap_or_default());
        Row::new(vec![
            Cell::from(Span::styled(time, style)),
            Cell::from(end_of(&text, rest)),
        ])
    });
    let title = format!("Tokens: {count}, by time to expiry");
    let widths = [time_width, rest];
    table::draw(frame, area, panel(&title, look), rows, &widths);
}
