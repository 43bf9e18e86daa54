//! What of a record shows in attributes, small enough to be compared as one number.

use super::interner::{ApiNames, Interner, Symbol};
use super::quota::Source;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::token::TokenType;

/// Everything that attributes are made of; equal key give equal attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeriesKey {
    pub(super) api: &'static str,
    pub(super) outcome: Outcome,
    pub(super) source: Option<TokenSource>,
    pub(super) level: CacheLevel,
    pub(super) reason: CacheRefreshReason,
    pub(super) token_type: TokenType,
    pub(super) status: u16,
    pub(super) caller: Symbol,
    pub(super) code: Symbol,
    pub(super) sts_code: Symbol,
}

/// The dictionaries of one recorder.
#[derive(Debug)]
pub(super) struct Interners {
    pub(super) apis: ApiNames,
    pub(super) callers: Interner,
    pub(super) codes: Interner,
    pub(super) sts_codes: Interner,
}

impl Interners {
    pub(super) fn new() -> Self {
        Self {
            apis: ApiNames::new(),
            callers: Interner::new(),
            codes: Interner::new(),
            sts_codes: Interner::new(),
        }
    }

    fn caller(&self, record: &AcquisitionRecord, msal_net: bool) -> Symbol {
        let source = Source::of(record);
        match record.caller_sdk() {
            // MSAL.NET means to add the version, and by the precedence of its operators never does.
            Some((id, _)) if msal_net => self.callers.number_of(&[id], source),
            Some((id, version)) => self.callers.number_of(&[id, ",", version], source),
            None => Symbol::NONE,
        }
    }

    fn code(&self, record: &AcquisitionRecord) -> Symbol {
        let code = record.error_code();
        code.map_or(Symbol::NONE, |code| {
            self.codes.number_of(&[code], Source::of(record))
        })
    }

    fn sts_code(&self, record: &AcquisitionRecord) -> Symbol {
        let code = record.error().and_then(|error| error.sts_codes().first());
        code.map_or(Symbol::NONE, |code| {
            self.sts_codes
                .number_of(&[&code.to_string()], Source::of(record))
        })
    }
}

impl SeriesKey {
    pub(super) fn of(record: &AcquisitionRecord, names: &Interners, msal_net: bool) -> Self {
        let outcome = record.outcome();
        let ok = record.is_ok();
        // Every success of MSAL.NET has a source; the one it starts from is this.
        let assumed = (msal_net && ok).then_some(TokenSource::IdentityProvider);
        let source = record.token_source().filter(|_| ok).or(assumed);
        // The code of the others is fixed.
        let described = outcome == Outcome::Error;
        Self {
            api: record.api().name(),
            outcome,
            source,
            level: level(source, record.cache_level()),
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
                Symbol::NONE
            },
            sts_code: if described {
                names.sts_code(record)
            } else {
                Symbol::NONE
            },
        }
    }

    pub(super) fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// How many of them [`reserved`](Self::reserved) leaves of one API: two other sources or none,
    /// and a cache of three levels, for successes, and the other three outcomes.
    pub(super) const RESERVED_PER_API: usize = 9;

    /// The same acquisition without what comes from outside, for when there are too many kinds.
    pub(super) fn overflow(&self) -> Self {
        let overflow = |text| {
            if text == Symbol::NONE {
                Symbol::NONE
            } else {
                Symbol::OTHER
            }
        };
        Self {
            status: 0,
            caller: overflow(self.caller),
            code: overflow(self.code),
            sts_code: overflow(self.sts_code),
            ..*self
        }
    }

    /// The little of it that there is always capacity for.
    pub(super) fn reserved(&self) -> Self {
        let code = match self.outcome {
            Outcome::Error => Symbol::OTHER,
            Outcome::Ok | Outcome::Pending | Outcome::Cancelled | Outcome::Panicked => Symbol::NONE,
        };
        Self {
            api: self.api,
            outcome: self.outcome,
            source: self.source,
            level: self.level,
            reason: CacheRefreshReason::NotApplicable,
            token_type: TokenType::Bearer,
            status: 0,
            caller: Symbol::OTHER,
            code,
            sts_code: code,
        }
    }

    /// All key but the name of the API in one number.
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
