//! Reads a log in one of the formats.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use memchr::memchr;

use super::fields::{self, Columns};
use super::json;
use super::lines::Lines;
use super::plain::{Block, header, is_request_line};
use super::request::Request;
use super::sink::Sink;

/// The names of the formats, as errors list them.
pub(crate) const KNOWN: &str = "plain, json, logfmt or columns";

/// The format of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Plain,
    Json,
    Logfmt,
    Columns,
}

impl Format {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::Json, Self::Logfmt, Self::Columns];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Columns => "columns",
        }
    }

    /// Detects the format from a line; returns `None` if the next one must decide.
    fn of(line: &[u8]) -> Option<Self> {
        let line = line.trim_ascii_start();
        let pair = memchr(b'=', line).filter(|at| {
            let name = line.get(..*at).unwrap_or_default();
            !name.is_empty() && !name.contains(&b':') && !name.contains(&b' ')
        });
        match line.first()? {
            b'{' => Some(Self::Json),
            b'#' if Columns::parse(line).is_some() => Some(Self::Columns),
            b'#' => None,
            _ if is_request_line(line) => Some(Self::Plain),
            _ if pair.is_some() => Some(Self::Logfmt),
            _ if header(line).is_some() => Some(Self::Plain),
            _ => None,
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| format!("expected {KNOWN}"))
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How much was read.
#[derive(Clone, Copy, Default)]
pub(crate) struct Amount {
    pub(crate) lines: u64,
    pub(crate) bytes: u64,
}

/// Reads a whole log. Without a format, the first line that looks like one decides.
pub(crate) fn read(
    source: impl Read,
    format: Option<Format>,
    sink: &mut impl Sink,
) -> io::Result<Amount> {
    let mut lines = Lines::new(source);
    let mut reader = Reader {
        format,
        block: Block::default(),
        columns: None,
    };
    let mut count = 0;
    while let Some(line) = lines.next()? {
        count = line.number;
        match line.text {
            Some(text) => reader.line(text, line.number, sink),
            None => sink.unreadable("line", "too-long", line.number),
        }
    }
    reader.block.end(sink);
    Ok(Amount {
        lines: count,
        bytes: lines.bytes(),
    })
}

struct Reader {
    format: Option<Format>,
    block: Block,
    columns: Option<Columns>,
}

impl Reader {
    fn line(&mut self, text: &[u8], number: u64, sink: &mut impl Sink) {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        self.format = self.format.or_else(|| Format::of(text));
        let format = self.format;
        if format == Some(Format::Plain) {
            self.block.line(text, number, sink);
        } else if text.first() == Some(&b'#') {
            // Web servers write new columns after a restart.
            self.columns = Columns::parse(text).or_else(|| self.columns.take());
        } else if !text.trim_ascii().is_empty() {
            match self.request(format, text) {
                Ok(request) => sink.request(&request, number),
                Err(reason) => sink.unreadable("line", reason, number),
            }
        }
    }

    fn request<'a>(
        &self,
        format: Option<Format>,
        text: &'a [u8],
    ) -> Result<Request<'a>, &'static str> {
        match format {
            Some(Format::Json) => json::read(text).ok_or("not-a-json-object"),
            Some(Format::Logfmt) => fields::pairs(text).ok_or("quote-not-closed"),
            Some(Format::Columns) => {
                let columns = self.columns.as_ref().ok_or("no-fields-line-before")?;
                columns.read(text).ok_or("wrong-number-of-columns")
            }
            Some(Format::Plain) | None => Err("unknown-format"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Field;

    /// Keeps what it receives as text.
    #[derive(Default)]
    struct Found(Vec<String>);

    impl Sink for Found {
        fn request(&mut self, request: &Request<'_>, line: u64) {
            let fields = [Field::Sku, Field::Current, Field::Last, Field::Time];
            let text =
                |field| String::from_utf8_lossy(request.get(field).unwrap_or(b"-")).into_owned();
            let values: Vec<String> = fields.into_iter().map(text).collect();
            self.0.push(format!("{line} {}", values.join(" ")));
        }

        fn unreadable(&mut self, subject: &'static str, reason: &'static str, line: u64) {
            self.0.push(format!("{line} {subject}: {reason}"));
        }
    }

    fn found(text: &[u8]) -> Vec<String> {
        let mut found = Found::default();
        read(text, None, &mut found).unwrap();
        found.0
    }

    #[test]
    fn plain_blocks() {
        let text = b"# two requests\nPOST /token HTTP/1.1\nX-Client-SKU: a\nHost: b\n\
            x-client-current-telemetry:  4|1,2| \n\nx-client-sku: b\nx-client-sku: c\nnonsense\n";
        let expected = [
            "3 a 4|1,2| - -",
            "7 b - - -",
            "8 c - - -",
            "9 line: not-a-header",
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn json_lines() {
        let text = br#"{"time":7.5,"headers":{"x-client-sku":["a","b"],"x-client-last-telemetry":"4|\u0031|||"}}
            {"headers":null,"request":{"headers":{"X-Client-Sku":"c"}}}
            {"x-client-sku":"d"} trailing
            {"x-client-sku":"e""#;
        let expected = [
            "1 a - 4|1||| 7.5",
            "2 c - - -",
            "3 line: not-a-json-object",
            "4 line: not-a-json-object",
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn logfmt_pairs() {
        let text = br#"time=1 level=info x-client-sku="a \"b\" \x7c" flag x_client_current_telemetry=4|1,2|
x-client-sku="open"#;
        assert_eq!(
            found(text),
            [r#"1 a "b" | 4|1,2| - 1"#, "2 line: quote-not-closed"]
        );
    }

    #[test]
    fn columns_of_a_web_server() {
        let text = b"#Version: 1.0\n#Fields: time cs(x-client-sku) x-client-last-telemetry\n\
            [1 2] a \"4|1|||\"\n1 b\n#Fields: x-client-sku\nc\n- d\n";
        let expected = [
            "3 a - 4|1||| 1 2",
            "4 line: wrong-number-of-columns",
            "6 c - - -",
            "7 line: wrong-number-of-columns",
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn hostile_bytes_end_no_reader() {
        let mut seed = 1_u64;
        let pieces: [&[u8]; 12] = [
            b"{",
            b"\"",
            b"\\",
            b"\\x",
            b"=",
            b":",
            b"|",
            b",",
            b"\n",
            b"[",
            b"#Fields: x-client-sku ",
            b"x-client-current-telemetry",
        ];
        for format in Format::ALL {
            let mut text = Vec::new();
            for _ in 0..20_000 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = usize::try_from(seed >> 40).unwrap();
                text.extend_from_slice(pieces[at % pieces.len()]);
                text.push(at.to_le_bytes()[1]);
            }
            let mut found = Found::default();
            let amount = read(&text[..], Some(format), &mut found).unwrap();
            assert_eq!(amount.bytes, text.len() as u64);
        }
    }
}
