//! What a request reports about earlier calls, by the rules of its library.

use super::info::{Authority, Id};

/// How a library reports failures.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "libraries differ in just these points"
)]
pub(crate) struct Rules {
    pub(crate) schema: u8,
    pub(crate) delivery_rule: DeliveryRule,
    pub(crate) keeps: Keeps,
    pub(crate) newest_first: bool,
    pub(crate) budget: usize,
    /// Whether the budget covers the whole header instead of only its failures.
    pub(crate) frame_counts: bool,
    pub(crate) forgets_all: bool,
    pub(crate) sent_when_empty: bool,
    pub(crate) code_len: usize,
    pub(crate) foreign: bool,
    pub(crate) cancelled: Option<&'static str>,
    pub(crate) tail: LastSegment,
}

/// Which responses leave a report pending: by status, and by the error code of the call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeliveryRule {
    pub(crate) kept: fn(u16) -> bool,
    pub(crate) codes: &'static [&'static str],
}

impl DeliveryRule {
    pub(crate) const ON_RESPONSE: Self = Self {
        kept: |status| status == 429 || status >= 500,
        codes: &[],
    };
    pub(crate) const ON_SUCCESS: Self = Self {
        kept: |status| !(200..300).contains(&status),
        codes: &[],
    };

    /// Returns whether the response acknowledges the report; `None` while it depends on an error code
    /// that is not yet known.
    pub(crate) fn delivers(&self, status: u16) -> Option<bool> {
        if (self.kept)(status) {
            Some(false)
        } else if (200..300).contains(&status) || self.codes.is_empty() {
            Some(true)
        } else {
            None
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Keeps {
    /// Keeps this many per authority, dropping the oldest.
    Newest(usize),
    /// Keeps as many as fit in a header, dropping the newest.
    OneHeader,
}

/// The last segment.
#[derive(Clone, Copy, Debug)]
pub(crate) enum LastSegment {
    None,
    /// Region and source of each failure.
    Regions,
    /// The number of pending failures, and whether some are missing from this header.
    Counts,
    /// Whether this header contains all pending failures.
    AllSent,
}

/// A failure that was not yet delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) api: u32,
    pub(crate) id: Id,
    pub(crate) code: String,
    pub(crate) authority: Option<Authority>,
    pub(super) region: Option<u8>,
    pub(crate) carrier: Option<usize>,
}

impl Failure {
    /// Returns the length of its texts, with a delimiter after each.
    pub(super) fn len(&self) -> usize {
        self.api.to_string().len() + 36 + self.code.len() + 3
    }

    fn region(&self) -> &'static str {
        self.region.map_or(",", |region| {
            ["centralus,2", ",5", "westus2,4"][usize::from(region)]
        })
    }
}

/// The report of a request about earlier calls.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(super) rules: Rules,
    pub(crate) hits: u64,
    pub(crate) failures: Vec<Failure>,
    pub(super) waiting: usize,
    pub(super) forgot: bool,
}

impl Carried {
    fn is_empty(&self) -> bool {
        self.hits == 0 && self.failures.is_empty()
    }

    /// Returns the value of `x-client-last-telemetry`, if present.
    pub(crate) fn render(&self, text: impl Fn(Id) -> String) -> Option<String> {
        if self.forgot {
            return Some(String::new());
        }
        if self.is_empty() && !self.rules.sent_when_empty {
            return None;
        }
        let join = |parts: Vec<String>| parts.join(",");
        let failed = self
            .failures
            .iter()
            .map(|failure| format!("{},{}", failure.api, text(failure.id)));
        let codes = self.failures.iter().map(|failure| failure.code.clone());
        let left = self.waiting > self.failures.len();
        let tail = match self.rules.tail {
            LastSegment::None => String::new(),
            LastSegment::Regions => join(
                self.failures
                    .iter()
                    .map(|failure| failure.region().to_owned())
                    .collect(),
            ),
            LastSegment::Counts => format!("{},{}", self.waiting, u8::from(left)),
            LastSegment::AllSent => format!("2,{}", u8::from(!left)),
        };
        let (schema, hits) = (self.rules.schema, self.hits);
        Some(format!(
            "{schema}|{hits}|{}|{}|{tail}",
            join(failed.collect()),
            join(codes.collect())
        ))
    }

    pub(super) fn fits(&self) -> bool {
        let len = if self.rules.frame_counts {
            let text = self.render(|_| "0".repeat(36));
            text.map_or(0, |text| text.len())
        } else {
            self.failures.iter().map(Failure::len).sum()
        };
        len <= self.rules.budget
    }
}
