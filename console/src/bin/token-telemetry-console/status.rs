//! What goes on, in words.

use crate::message::{Sdk, Window};
use crate::words::{count, number, time};

/// An acquisition that takes longer than this, in microseconds, probably hangs.
pub(crate) const SLOW: u64 = 10_000_000;

/// How much attention the status deserves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Quiet,
    Well,
    Slow,
    Failing,
}

impl Level {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Quiet => "QUIET",
            Self::Well => "OK",
            Self::Slow => "SLOW",
            Self::Failing => "FAILURES",
        }
    }
}

/// Returns the level of an SDK, and the sentences that explain it.
pub(crate) fn status(sdk: &Sdk) -> (Level, String) {
    let window = &sdk.window;
    let ended = [
        window.hits,
        window.fetches,
        window.failures,
        window.cancelled,
    ];
    let has_ended = ended.iter().any(|count| *count > 0);
    let oldest = oldest(sdk);
    let level = if window.failures > 0 {
        Level::Failing
    } else if window.throttled > 0 || oldest.is_some_and(|age| age >= SLOW) {
        Level::Slow
    } else if !has_ended {
        Level::Quiet
    } else {
        Level::Well
    };
    let ended = if has_ended {
        summary(window)
    } else {
        format!("No acquisition ended in {}.", period(window))
    };
    let mut sentences = vec![ended];
    sentences.extend(running(sdk, oldest));
    sentences.extend(to_report(sdk));
    (level, sentences.join(" "))
}

fn oldest(sdk: &Sdk) -> Option<u64> {
    sdk.in_flight
        .listed
        .iter()
        .filter_map(|running| running.age_us)
        .max()
}

fn period(window: &Window) -> String {
    match window.seconds {
        60 => "the last minute".to_owned(),
        seconds => format!("the last {seconds} s"),
    }
}

fn summary(window: &Window) -> String {
    let tokens = window.hits.saturating_add(window.fetches);
    let mut facts = vec![match window.hits.saturating_mul(100).checked_div(tokens) {
        None => "no token".to_owned(),
        Some(percent) => format!("{}, {percent} % from the cache", count(tokens, "token")),
    }];
    if window.fetches > 0 {
        facts.push(format!(
            "{}{}",
            count(window.fetches, "fetch"),
            reason(window)
        ));
    }
    if window.failures > 0 {
        facts.push(format!(
            "{}{}",
            count(window.failures, "failure"),
            code(window)
        ));
    }
    if window.cancelled > 0 {
        facts.push(format!("{} cancelled", number(window.cancelled)));
    }
    if window.throttled > 0 {
        facts.push(format!("{} throttled", number(window.throttled)));
    }
    format!("In {}: {}.", period(window), facts.join("; "))
}

fn reason(window: &Window) -> String {
    // Of hits, the reason says only that there was none.
    let reasons = window.reasons.iter();
    let reasons = reasons.filter(|(reason, _)| *reason != "NotApplicable");
    let often = reasons.max_by_key(|(_, count)| **count);
    often.map_or_else(String::new, |(reason, _)| format!(" (mostly {reason})"))
}

fn code(window: &Window) -> String {
    let often = window.errors.iter().max_by_key(|error| error.count);
    match often {
        None => String::new(),
        Some(error) if window.errors.len() == 1 => format!(" ({})", error.code),
        Some(error) => format!(" (mostly {})", error.code),
    }
}

fn running(sdk: &Sdk, oldest: Option<u64>) -> Option<String> {
    let running = sdk.in_flight.count;
    if running == 0 {
        return None;
    }
    let age = match oldest {
        None => String::new(),
        Some(age) if running == 1 => format!(" for {}", time(age)),
        Some(age) => format!(", the oldest for {}", time(age)),
    };
    Some(format!("{} in flight{age}.", number(running)))
}

fn to_report(sdk: &Sdk) -> Option<String> {
    let waiting = sdk.failures.waiting_count;
    (waiting > 0).then(|| {
        let verb = if waiting == 1 { "waits" } else { "wait" };
        format!("{} {verb} to be reported.", count(waiting, "failure"))
    })
}
