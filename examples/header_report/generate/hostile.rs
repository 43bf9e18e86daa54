//! Requests of clients that mean harm, and lines that are broken.

use std::io;

use super::Log;
use crate::input::Format;
use crate::lines::MAX_LINE;

const CURRENT: &str = "x-client-current-telemetry";
const LAST: &str = "x-client-last-telemetry";

/// Broken headers with the names of their errors.
const BROKEN: [(&str, &str, &str); 6] = [
    (CURRENT, "9|1004,2,,,|0,1,1,,,", "unknown-schema"),
    (CURRENT, "5|1004,2|0,1,1,,,", "wrong-field-count"),
    (CURRENT, "5|1004,2,,,", "missing-segment"),
    (LAST, "4|0|730,a|b,c|", "wrong-code-count"),
    (LAST, "4|many|||", "not-a-number"),
    (LAST, "4|0|730|b|", "unpaired-failure"),
];

impl Log<'_> {
    /// Writes one thing that is wrong.
    pub(super) fn hostile(&mut self) -> io::Result<()> {
        match self.random.below(10) {
            0..4 => self.broken_header(),
            4..8 => self.invented_names(),
            8 => self.without_telemetry(),
            _ => self.broken_line(),
        }
    }

    fn broken_header(&mut self) -> io::Result<()> {
        let Some((header, value, reason)) = self.random.choose(&BROKEN).copied() else {
            return Ok(());
        };
        let headers = [
            ("x-client-SKU", "hostile".to_owned()),
            (header, value.to_owned()),
        ];
        let now = self.now();
        let line = self.out.request(Some(now), &headers)?;
        self.expected.anonymous("not reported", true);
        self.expected.add("/total/unreadable", 1);
        self.problem(&format!("{header}: {reason}"), line);
        Ok(())
    }

    /// Writes names that no other request has, and more hits than there can be.
    fn invented_names(&mut self) -> io::Result<()> {
        let (now, number) = (self.now(), self.random.next());
        let id = self.random.guid();
        let is_implausible = self.random.one_in(4);
        let hits = if is_implausible { u64::MAX } else { 1 };
        let api = number % 4_000_000_000;
        let headers = [
            ("x-client-SKU", format!("hostile-{number:x}")),
            ("x-client-Ver", format!("<script>alert({number})</script>")),
            (CURRENT, format!("4|{api},2|")),
            (LAST, format!("4|{hits}|{api},{id}|<b>\"{number:x}'&|")),
        ];
        let line = self.out.request(Some(now), &headers)?;
        self.expected.anonymous("NoCachedAccessToken", true);
        self.expected.add("/total/failures", 1);
        self.expected.add("/total/reports", 1);
        self.expected.add("/delivery/not_in_log", 1);
        if is_implausible {
            self.expected.add("/total/unreadable", 1);
            self.problem("cache hits: implausible-count", line);
        } else {
            self.expected.add("/total/hits", hits);
        }
        Ok(())
    }

    fn without_telemetry(&mut self) -> io::Result<()> {
        let headers = [("x-client-OS", "linux".to_owned())];
        self.out.request(Some(self.now()), &headers)?;
        self.expected.add("/without_telemetry", 1);
        Ok(())
    }

    fn broken_line(&mut self) -> io::Result<()> {
        let line = self.out.lines() + 1;
        if self.random.one_in(20) {
            let long = self.random.below(1 << 19);
            let long = usize::try_from(long).unwrap_or(0) + MAX_LINE + 1;
            self.out
                .raw(&format!("{}\n", "x=\"".repeat(long.div_ceil(3))))?;
            self.problem("line: too-long", line);
            return Ok(());
        }
        let (text, reason) = match self.plan.format {
            Format::Plain => ("no colon here\n", "not-a-header"),
            Format::Json => (
                "{\"headers\":{\"x-client-sku\":\"a\"\n",
                "not-a-json-object",
            ),
            Format::Logfmt => ("time=1 x-client-sku=\"a\n", "quote-not-closed"),
            Format::Columns => ("- - \"-\"\n", "wrong-number-of-columns"),
        };
        self.out.raw(text)?;
        self.problem(&format!("line: {reason}"), line);
        Ok(())
    }

    fn problem(&mut self, name: &str, line: u64) {
        self.expected.add(&format!("/unreadable/{name}/count"), 1);
        self.expected
            .set(&format!("/unreadable/{name}/first_line"), line);
    }
}
