//! Times and counts as people read them.

use ratatui::text::Span;

/// Returns a duration with the digits that matter.
pub(crate) fn time(micros: u64) -> String {
    let (millis, seconds) = (micros / 1_000, micros / 1_000_000);
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match seconds {
        0 if micros < 1_000 => format!("{micros} µs"),
        0 if millis < 10 => format!("{millis}.{} ms", micros % 1_000 / 100),
        0 => format!("{millis} ms"),
        1..10 => format!("{seconds}.{} s", millis % 1_000 / 100),
        10..60 => format!("{seconds} s"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..172_800 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} d", hours / 24),
    }
}

/// Returns a duration in one number and one unit.
pub(crate) fn short_time(micros: u64) -> String {
    let seconds = micros / 1_000_000;
    match seconds {
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => time(micros),
    }
}

/// Returns a number with its thousands apart.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Returns a count with its noun, which gets an `s` in the plural.
pub(crate) fn count(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    let plural = if one.ends_with("ch") && count != 1 {
        "es"
    } else {
        plural
    };
    format!("{} {one}{plural}", number(count))
}

/// Returns a name of the console without its underscores.
pub(crate) fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// Returns the end of a text that is too wide, since names differ there.
pub(crate) fn end_of(text: &str, width: u16) -> String {
    let width = usize::from(width);
    if Span::raw(text).width() <= width {
        return text.to_owned();
    }
    // One column is for the ellipsis.
    let mut left = width.saturating_sub(1);
    let mut end = "";
    for (at, char) in text.char_indices().rev() {
        let wide = Span::raw(char.to_string()).width();
        if wide > left {
            break;
        }
        left -= wide;
        end = text.get(at..).unwrap_or_default();
    }
    format!("…{end}")
}

/// Returns a moment as the time of its day.
pub(crate) fn clock(unix_micros: u64) -> String {
    let (seconds, millis) = (unix_micros / 1_000_000, unix_micros / 1_000 % 1_000);
    let (hours, minutes) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!(
        "{hours:02}:{minutes:02}:{:02}.{millis:03} UTC",
        seconds % 60
    )
}
