//! Reads the timestamps of logs, as milliseconds since 1970.

const DAY: i64 = 86_400_000;
/// The years 2000 to 2099. A clock that shows anything else is wrong.
const PLAUSIBLE: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;

const MONTHS: [&[u8]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// Parses RFC 3339, `22/Nov/2026:00:54:05 +0000`, or a number of seconds to nanoseconds.
pub(crate) fn parse(text: &[u8]) -> Option<i64> {
    let time = rfc3339(text)
        .or_else(|| access_log(text))
        .or_else(|| epoch(text))?;
    PLAUSIBLE.contains(&time).then_some(time)
}

/// Parses the columns `date` and `time` of a W3C log.
pub(crate) fn of_columns(date: &[u8], time: &[u8]) -> Option<i64> {
    let millis = day(date)?.checked_add(clock(time)?.0)?;
    PLAUSIBLE.contains(&millis).then_some(millis)
}

fn rfc3339(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let time = rest
        .strip_prefix(b"T")
        .or_else(|| rest.strip_prefix(b" "))?;
    let (millis, zone) = clock(time)?;
    Some(day(date)? + millis - offset(zone)?)
}

fn access_log(text: &[u8]) -> Option<i64> {
    let [d1, d2, b'/', month @ .., b'/', y1, y2, y3, y4, b':'] = text.get(..12)? else {
        return None;
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let date = days(
        number(&[*y1, *y2, *y3, *y4])?,
        i64::try_from(month).ok()? + 1,
        number(&[*d1, *d2])?,
    );
    let (millis, zone) = clock(text.get(12..)?)?;
    Some(date * DAY + millis - offset(zone.strip_prefix(b" ")?)?)
}

/// Parses a Unix time; its size shows the unit.
fn epoch(text: &[u8]) -> Option<i64> {
    let number: f64 = str::from_utf8(text).ok()?.parse().ok()?;
    let millis = [1e3, 1.0, 1e-3, 1e-6].map(|factor| number * factor);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "the range is checked, and a fraction of a millisecond does not matter"
    )]
    let plausible = |millis: f64| {
        let range = PLAUSIBLE.start as f64..PLAUSIBLE.end as f64;
        range.contains(&millis).then_some(millis.round() as i64)
    };
    millis.into_iter().find_map(plausible)
}

/// Parses `YYYY-MM-DD` as the milliseconds of its midnight.
fn day(text: &[u8]) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else {
        return None;
    };
    let (month, day) = (number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let is_date = (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then_some(days(number(&[*y1, *y2, *y3, *y4])?, month, day) * DAY)
}

/// Returns the days from 1970 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that start in March have the leap day at their end.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
}

/// Parses `HH:MM:SS` with an optional fraction, and returns what follows.
fn clock(text: &[u8]) -> Option<(i64, &[u8])> {
    let ([h1, h2, b':', m1, m2, b':', s1, s2], rest) = text.split_at_checked(8)? else {
        return None;
    };
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    let seconds = hour * 3600 + minute * 60 + number(&[*s1, *s2])?;
    let Some(fraction) = rest.strip_prefix(b".") else {
        return Some((seconds * 1000, rest));
    };
    let length = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (digits, rest) = fraction.split_at_checked(length)?;
    let digit = |at: usize| digits.get(at).map_or(0, |byte| i64::from(byte - b'0'));
    let millis = digit(0) * 100 + digit(1) * 10 + digit(2);
    Some((seconds * 1000 + millis, rest))
}

/// Parses a time zone: `Z`, nothing, `+HH:MM` or `+HHMM`.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, hours, minutes) = match text {
        b"" | b"Z" | b"z" => return Some(0),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => {
            (sign, number(&[*h1, *h2])?, number(&[*m1, *m2])?)
        }
        _ => return None,
    };
    let millis = (hours * 60 + minutes) * 60_000;
    match sign {
        b'+' => Some(millis),
        b'-' => Some(-millis),
        _ => None,
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, byte| {
        byte.is_ascii_digit()
            .then(|| sum * 10 + i64::from(byte - b'0'))
    })
}

/// Writes a time as `YYYY-MM-DD HH:MM`, in UTC.
pub(crate) fn to_text(millis: i64) -> String {
    let (date, minutes) = (millis.div_euclid(DAY), millis.rem_euclid(DAY) / 60_000);
    let mut year = 1970 + date / 366;
    while days(year + 1, 1, 1) <= date {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= date {
        month += 1;
    }
    let day = date - days(year, month, 1) + 1;
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}",
        minutes / 60,
        minutes % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_time_in_every_format() {
        for text in [
            "2026-11-22T00:54:05.250Z",
            "2026-11-22 00:54:05.25",
            "2026-11-22T02:54:05.25+02:00",
            "22/Nov/2026:01:54:05.250 +0100",
            "1795308845.25",
            "1795308845250",
            "1795308845250000000",
        ] {
            assert_eq!(parse(text.as_bytes()), Some(1_795_308_845_250), "{text}");
        }
        let columns = of_columns(b"2026-11-22", b"00:54:05.250");
        assert_eq!(columns, Some(1_795_308_845_250));
        assert_eq!(to_text(1_795_308_845_250), "2026-11-22 00:54");
    }

    #[test]
    fn days_survive_a_round_trip() {
        for day in 10_957..47_482 {
            let text = to_text(day * DAY);
            let parsed = parse(text.replace(' ', "T").replace(":00", ":00:00").as_bytes());
            assert_eq!(parsed, Some(day * DAY), "{text}");
        }
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "-",
            "now",
            "2026-13-01T00:00:00Z",
            "2026-11-22T00:54",
            "9999-01-01T00:00:00Z",
            "NaN",
            "inf",
            "1e400",
            "-1",
            "22/Foo/2026:01:54:05 +0100",
            "2026-11-22T00:54:05*02:00",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
