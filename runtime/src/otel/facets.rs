//! What of a record shows in attributes, small enough to be compared as one number.

use super::dictionary::{ApiNames, Dictionary, Text};
use super::quota::Source;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::token::TokenType;

/// Everything that attributes are made of; equal facets give equal attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facets {
    pub(super) api: &'static str,
    pub(super) outcome: Outcome,
    pub(super) source: Option<TokenSource>,
    pub(super) level: CacheLevel,
    pub(super) reason: CacheRefreshReason,
    pub(super) token_type: TokenType,
    pub(super) status: u16,
    pub(super) caller: Text,
    pub(super) code: Text,
    pub(super) sts_code: Text,
}

/// The dictionaries of one recorder.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) apis: ApiNames,
    pub(super) callers: Dictionary,
    pub(super) codes: Dictionary,
    pub(super) sts_codes: Dictionary,
}

impl Names {
    pub(super) fn new() -> Self {
        Self {
            apis: ApiNames::new(),
            callers: Dictionary::new(),
            codes: Dictionary::new(),
            sts_codes: Dictionary::new(),
        }
    }

    fn caller(&self, record: &AcquisitionRecord, msal_net: bool) -> Text {
        let source = Source::of(record);
        match record.caller_sdk() {
            // MSAL.NET means to add the version, and by the precedence of its operators never does.
            Some((id, _)) if msal_net => self.callers.number_of(&[id], source),
            Some((id, version)) => self.callers.number_of(&[id, ",", version], source),
            None => Text::NONE,
        }
    }

    fn code(&self, record: &AcquisitionRecord) -> Text {
        let code = record.error_code();
        code.map_or(Text::NONE, |code| {
            self.codes.number_of(&[code], Source::of(record))
        })
    }

    fn sts_code(&self, record: &AcquisitionRecord) -> Text {
        let code = record.error().and_then(|error| error.sts().first());
        code.map_or(Text::NONE, |code| {
            self.sts_codes
                .number_of(&[&code.to_string()], Source::of(record))
        })
    }
}

impl Facets {
    pub(super) fn of(record: &AcquisitionRecord, names: &Names, msal_net: bool) -> Self {
        let outcome = record.outcome();
        let ok = record.is_ok();
        // Every success of MSAL.NET has a source; the one it starts from is this.
        let assumed = (msal_net && ok).then_some(TokenSource::IdentityProvider);
        let source = record.source().filter(|_| ok).or(assumed);
        // The code of the others is fixed.
        let described = outcome == Outcome::Error;
        Self {
            api: record.api().name(),
            outcome,
            source,
            level: level(source, record.level()),
            reason: reason(record),
            token_type: record.token_type().unwrap_or(TokenType::Bearer),
            status: if msal_net && outcome == Outcome::Cancelled {
                0
            } else {
                record.status().unwrap_or_default()
            },
            caller: names.caller(record, msal_net),
            code: if described {
                names.code(record)
            } else {
                Text::NONE
            },
            sts_code: if described {
                names.sts_code(record)
            } else {
                Text::NONE
            },
        }
    }

    pub(super) fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// How many of them [`overflow`](Self::overflow) leaves of one API: two other sources or none,
    /// and a cache of three levels, for successes, and the other three outcomes.
    pub(super) const OVERFLOWS: usize = 9;

    /// The same acquisition without what comes from outside, for when there are too many kinds.
    pub(super) fn coarse(&self) -> Self {
        let blur = |text| {
            if text == Text::NONE {
                Text::NONE
            } else {
                Text::OTHER
            }
        };
        Self {
            status: 0,
            caller: blur(self.caller),
            code: blur(self.code),
            sts_code: blur(self.sts_code),
            ..*self
        }
    }

    /// The little of it that there is always capacity for.
    pub(super) fn overflow(&self) -> Self {
        let code = match self.outcome {
            Outcome::Error => Text::OTHER,
            Outcome::Ok | Outcome::Pending | Outcome::Cancelled | Outcome::Panicked => Text::NONE,
        };
        Self {
            api: self.api,
            outcome: self.outcome,
            source: self.source,
            level: self.level,
            reason: CacheRefreshReason::NotApplicable,
            token_type: TokenType::Bearer,
            status: 0,
            caller: Text::OTHER,
            code,
            sts_code: code,
        }
    }

    /// All facets but the name of the API in one number.
    pub(super) fn packed(&self) -> u64 {
        let outcome = match self.outcome {
            // What is pending is recorded nowhere.
            Outcome::Ok | Outcome::Pending => 0,
            Outcome::Error => 1,
            Outcome::Cancelled => 2,
            Outcome::Panicked => 3,
        };
        let source = self.source.map_or(NO_SOURCE, TokenSource::wire);
        // Shifts, since bytes put side by side in memory are slow to read back as one number.
        u64::from(outcome | source << 2 | self.level.wire() << 4)
            | u64::from(self.reason.wire() | self.token_type.wire() << 4) << 8
            | u64::from(self.status) << 16
            | u64::from(self.caller.number()) << 32
            | u64::from(self.code.number()) << 40
            | u64::from(self.sts_code.number()) << 48
    }
}

/// Stands for "no source" among the numbers 0 to 2 of the sources.
const NO_SOURCE: u8 = 3;

/// Cache that answered: known only if a cache did, and then at least unknown.
fn level(source: Option<TokenSource>, noted: Option<CacheLevel>) -> CacheLevel {
    match (source, noted) {
        (Some(TokenSource::Cache), None | Some(CacheLevel::None)) => CacheLevel::Unknown,
        (Some(TokenSource::Cache), Some(level)) => level,
        (Some(TokenSource::IdentityProvider | TokenSource::Broker) | None, _) => CacheLevel::None,
    }
}

fn reason(record: &AcquisitionRecord) -> CacheRefreshReason {
    let reason = record.refresh_reason();
    reason.unwrap_or(CacheRefreshReason::NotApplicable)
}
