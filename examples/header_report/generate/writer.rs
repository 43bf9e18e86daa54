//! Writes requests in one of the formats.

use std::fs::File;
use std::io::{self, BufWriter, Write as _};

use crate::input::Format;
use crate::time;

/// The columns of the format with columns.
const COLUMNS: [&str; 7] = [
    "time",
    "x-client-SKU",
    "x-client-Ver",
    "x-client-OS",
    "client-request-id",
    "x-client-current-telemetry",
    "x-client-last-telemetry",
];

/// Writes a log and counts its bytes and lines.
pub(crate) struct Writer {
    file: BufWriter<File>,
    format: Format,
    line: String,
    bytes: u64,
    lines: u64,
}

/// The headers of a request.
pub(crate) type Headers = [(&'static str, String)];

impl Writer {
    pub(crate) fn new(file: File, format: Format) -> io::Result<Self> {
        let mut writer = Self {
            file: BufWriter::with_capacity(1 << 20, file),
            format,
            line: String::new(),
            bytes: 0,
            lines: 0,
        };
        if format == Format::Columns {
            writer.raw(&format!("#Fields: {}\n", COLUMNS.join(" ")))?;
        }
        Ok(writer)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.file.flush()
    }

    /// Writes text that consists of whole lines.
    pub(crate) fn raw(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64;
        self.lines += text.matches('\n').count() as u64;
        self.file.write_all(text.as_bytes())
    }

    /// Writes a request and returns the number of its first line.
    pub(crate) fn request(&mut self, now: Option<i64>, headers: &Headers) -> io::Result<u64> {
        let number = self.lines + 1;
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        let time = now.map(iso);
        match self.format {
            Format::Plain => plain(time, headers, &mut line),
            Format::Json => json(time, headers, &mut line),
            Format::Logfmt => logfmt(time, headers, &mut line),
            Format::Columns => columns(time.as_deref(), headers, &mut line),
        }
        self.raw(&line)?;
        self.line = line;
        Ok(number)
    }
}

/// Writes a time as RFC 3339 with milliseconds.
fn iso(millis: i64) -> String {
    let rest = millis.rem_euclid(60_000);
    let minutes = time::to_text(millis).replace(' ', "T");
    format!("{minutes}:{:02}.{:03}Z", rest / 1000, rest % 1000)
}

fn plain(time: Option<String>, headers: &Headers, line: &mut String) {
    line.push_str(&time.map_or_else(String::new, |time| format!("time: {time}\n")));
    for (name, value) in headers {
        for part in [name, ": ", value, "\n"] {
            line.push_str(part);
        }
    }
    line.push('\n');
}

fn json(time: Option<String>, headers: &Headers, line: &mut String) {
    let time = time.map_or_else(String::new, |time| format!("\"time\":\"{time}\","));
    for part in ["{", &time, "\"status\":200,\"headers\":{"] {
        line.push_str(part);
    }
    for (at, (name, value)) in headers.iter().enumerate() {
        line.push_str(if at > 0 { ",\"" } else { "\"" });
        line.push_str(name);
        line.push_str("\":");
        quoted(value, line);
    }
    line.push_str("}}\n");
}

fn logfmt(time: Option<String>, headers: &Headers, line: &mut String) {
    line.push_str(&time.map_or_else(String::new, |time| format!("time={time} ")));
    line.push_str("level=info method=POST status=200");
    for (name, value) in headers {
        line.push(' ');
        line.push_str(name);
        line.push('=');
        quoted(value, line);
    }
    line.push('\n');
}

fn columns(time: Option<&str>, headers: &Headers, line: &mut String) {
    line.push_str(time.unwrap_or("-"));
    for column in COLUMNS.iter().skip(1) {
        line.push(' ');
        match headers.iter().find(|(name, _)| name == column) {
            Some((_, value)) => quoted(value, line),
            None => line.push('-'),
        }
    }
    line.push('\n');
}

fn quoted(text: &str, line: &mut String) {
    line.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            line.push('\\');
        }
        line.push(character);
    }
    line.push('"');
}
