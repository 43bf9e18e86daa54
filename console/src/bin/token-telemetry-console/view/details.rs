//! Everything about the selected acquisition.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use serde_json::{Map, Value};

use super::look::STRONG;
use super::{Look, panel};
use crate::app::App;
use crate::entry::{End, cause};
use crate::message::{Attempt, Entry, Header, Request};
use crate::words::{clock, spaced, time};

/// Draws the details, as far as they are scrolled.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &mut App, look: Look) {
    let Some(entry) = app.selected() else {
        frame.render_widget(panel("Details", look), area);
        return;
    };
    let title = format!("Details of acquisition {} (J and K scroll)", entry.number);
    let lines = lines(entry, look);
    let width = usize::from(area.width).max(1);
    // Lines break between words, so two that follow each other have more than one line of text.
    let wrapped = |line: &Line<'_>| line.width().div_ceil(width).max(1) * 2 - 1;
    let height: usize = lines.iter().map(wrapped).sum();
    let hidden = height.saturating_sub(usize::from(area.height.saturating_sub(1)));
    let scroll = app.scroll.min(u16::try_from(hidden).unwrap_or(u16::MAX));
    app.scroll = scroll;
    let text = Paragraph::new(lines)
        .wrap(Wrap { trim: false })
        .scroll((scroll, 0));
    frame.render_widget(text.block(panel(&title, look)), area);
}

fn lines(entry: &Entry, look: Look) -> Vec<Line<'static>> {
    let mut lines = vec![headline(entry, look)];
    for attempt in &entry.record.attempts {
        lines.push(attempt_line(attempt, look));
    }
    let requests = entry.requests.iter();
    let before = std::iter::once(None).chain(requests.clone().map(Some));
    for pair in before.zip(requests) {
        request_lines(&mut lines, pair, look);
    }
    fact_lines(&mut lines, &facts(entry), look);
    lines
}

fn headline(entry: &Entry, look: Look) -> Line<'static> {
    let record = &entry.record;
    let end = End::of(record);
    let mut text = format!(" {} ({})", record.api, record.api_number);
    if let Some(total) = record.duration_total_us {
        text = format!("{text} in {}", time(total));
    }
    let cause = cause(record);
    if !cause.is_empty() {
        text = format!("{text}: {cause}");
    }
    if record.background {
        text.push_str(", in the background");
    }
    Line::from(vec![
        Span::styled(end.word(), look.end(end)),
        Span::raw(text),
    ])
}

fn attempt_line(attempt: &Attempt, look: Look) -> Line<'static> {
    let status = attempt.status.map(|status| status.to_string());
    let error = attempt.transport_error.as_deref().map(spaced);
    let result = status.or(error).unwrap_or_else(|| "no response".to_owned());
    let style = match attempt.status {
        Some(200..400) => look.good(),
        _ => look.bad(),
    };
    let host = attempt.host.as_deref().unwrap_or("?");
    let mut times = Vec::new();
    times.extend(attempt.duration_us.map(|it| format!("after {}", time(it))));
    times.extend(
        attempt
            .start_us
            .map(|it| format!("started at {}", time(it))),
    );
    times.extend(
        attempt
            .waited_before_us
            .map(|it| format!("waited {} before", time(it))),
    );
    times.extend(
        attempt
            .retry_after_s
            .map(|it| format!("retry after {it} s")),
    );
    Line::from(vec![
        Span::styled(format!("Attempt {} ", attempt.number), STRONG),
        Span::raw(format!("{} at {host}: ", spaced(&attempt.purpose))),
        Span::styled(result, style),
        Span::raw(format!(" {}", times.join(", "))),
    ])
}

/// Adds the headers that differ from those of the request before.
fn request_lines(
    lines: &mut Vec<Line<'static>>,
    (before, request): (Option<&Request>, &Request),
    look: Look,
) {
    let is_same = |header: &&Header| before.is_some_and(|it| it.headers.contains(*header));
    let same = request.headers.iter().filter(is_same).count();
    let host = request.host.as_deref().unwrap_or("?");
    let mut about = format!("({} at {host})", spaced(&request.purpose));
    if same > 0 {
        about = format!("{about}, {same} as before");
    }
    lines.push(Line::from(vec![
        Span::styled(format!("Headers of request {} ", request.number), STRONG),
        Span::raw(about),
    ]));
    for header in request.headers.iter().filter(|header| !is_same(header)) {
        let name = Span::styled(format!("  {}: ", header.name), look.fetch());
        lines.push(Line::from(vec![name, Span::raw(header.value.clone())]));
        let meaning = header.meaning.iter();
        let meaning = meaning.map(|meaning| format!("    = {meaning}"));
        lines.extend(meaning.map(|it| Line::from(Span::styled(it, look.good()))));
    }
}

/// Returns the facts that are not in the lines above.
fn facts(entry: &Entry) -> Map<String, Value> {
    let record = &entry.record;
    let mut facts = Map::new();
    let texts = [
        ("token_source", &record.token_source),
        ("cache_level", &record.cache_level),
        ("refresh_reason", &record.refresh_reason),
    ];
    for (name, text) in texts {
        facts.extend(
            text.iter()
                .map(|text| (name.to_owned(), Value::from(&**text))),
        );
    }
    if let Some(error) = &record.error {
        let error = error.rest.clone().into_iter();
        facts.extend(error.map(|(name, value)| (format!("error_{name}"), value)));
    }
    facts.extend(record.rest.clone());
    facts
}

fn fact_lines(lines: &mut Vec<Line<'static>>, facts: &Map<String, Value>, look: Look) {
    for (name, value) in facts {
        let (name, text) = fact(name, value);
        lines.push(Line::from(vec![
            Span::styled(format!("{}: ", spaced(name)), look.faint()),
            Span::raw(text),
        ]));
    }
}

/// Returns a fact without the suffix of its name, which says the unit.
fn fact<'a>(name: &'a str, value: &Value) -> (&'a str, String) {
    if let Some(text) = value.as_str() {
        return (name, text.to_owned());
    }
    let Some(number) = value.as_u64() else {
        return (name, value.to_string());
    };
    if let Some(name) = name.strip_suffix("_us") {
        let is_moment = name.ends_with("_at");
        return (
            name,
            if is_moment {
                clock(number)
            } else {
                time(number)
            },
        );
    }
    match name.strip_suffix("_s") {
        Some("refresh_on") => ("refresh_on", clock(number.saturating_mul(1_000_000))),
        Some(name) => (name, time(number.saturating_mul(1_000_000))),
        None => (name, number.to_string()),
    }
}
