//! The part of a record that attributes are built from, small enough to compare as one number.

use super::interner::{Interner, Names, Symbol};
use super::metrics::MetricsConfig;
use super::quota::Origin;
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::error::{ErrorInfo, ErrorKind, KnownSuberror};
use crate::token::TokenType;

/// Everything that attributes are built from; equal keys give equal attributes.
#[derive(Clone, Copy, Debug)]
pub(super) struct SeriesKey {
    pub(super) api: &'static str,
    pub(super) outcome: Outcome,
    pub(super) source: Option<TokenSource>,
    pub(super) level: CacheLevel,
    pub(super) reason: CacheRefreshReason,
    pub(super) token_type: TokenType,
    pub(super) status: Option<u16>,
    pub(super) caller: Symbol,
    pub(super) code: Symbol,
    pub(super) sts_code: Symbol,
    /// Only of errors, and only if the second set is recorded; those of other outcomes are constants.
    pub(super) kind: Option<ErrorKind>,
    /// Only of failures.
    pub(super) suberror: Option<KnownSuberror>,
}

/// The interners of one recorder.
#[derive(Debug)]
pub(super) struct Interners {
    pub(super) apis: Names,
    pub(super) credentials: Names,
    pub(super) callers: Interner,
    /// The caller of acquisitions that record none.
    pub(super) default_caller: Symbol,
    pub(super) codes: Interner,
    pub(super) sts_codes: Interner,
    /// Functions with the codes of their suppressed errors.
    pub(super) suppressed: Interner,
}

impl Interners {
    pub(super) fn new() -> Self {
        Self {
            apis: Names::of_apis(),
            credentials: Names::of_credentials(),
            callers: Interner::new(),
            default_caller: Symbol::NONE,
            codes: Interner::new(),
            sts_codes: Interner::new(),
            suppressed: Interner::new(),
        }
    }

    fn caller(&self, record: &AcquisitionRecord, msal_net: bool) -> Symbol {
        match record.caller_sdk() {
            Some(caller) => self.intern_caller(caller, msal_net, Origin::of(record)),
            None => self.default_caller,
        }
    }

    pub(super) fn intern_caller(
        &self,
        (id, version): (&str, &str),
        msal_net: bool,
        origin: Origin<'_>,
    ) -> Symbol {
        if msal_net {
            // MSAL.NET intends to add the version, but because of operator precedence never does.
            self.callers.intern(&[id], origin)
        } else {
            self.callers.intern(&[id, ",", version], origin)
        }
    }

    fn code(&self, record: &AcquisitionRecord) -> Symbol {
        let code = record.error_code();
        code.map_or(Symbol::NONE, |code| {
            self.codes.intern(&[code], Origin::of(record))
        })
    }

    fn sts_code(&self, record: &AcquisitionRecord) -> Symbol {
        let code = record.error().and_then(|error| error.sts_codes().first());
        code.map_or(Symbol::NONE, |code| {
            self.sts_codes
                .intern(&[&code.to_string()], Origin::of(record))
        })
    }
}

impl SeriesKey {
    pub(super) fn of(
        record: &AcquisitionRecord,
        interners: &Interners,
        config: MetricsConfig,
    ) -> Self {
        let msal_net = config.msal_net.is_some();
        let outcome = record.outcome();
        let ok = record.is_ok();
        // In MSAL.NET every success has a source, which defaults to this one.
        let default_source = (msal_net && ok).then_some(TokenSource::IdentityProvider);
        let source = record.token_source().filter(|_| ok).or(default_source);
        // The codes of the other outcomes are constants.
        let (code, sts_code) = if outcome == Outcome::Error {
            (interners.code(record), interners.sts_code(record))
        } else {
            (Symbol::NONE, Symbol::NONE)
        };
        let error = record
            .error()
            .filter(|_| outcome == Outcome::Error && config.conventions);
        let suberror = error
            .and_then(ErrorInfo::suberror)
            .and_then(KnownSuberror::named);
        let kind = error.and_then(|_| record.error_kind());
        let hides_status = msal_net && outcome == Outcome::Cancelled;
        Self {
            api: record.api().name(),
            outcome,
            source,
            level: level(source, record.cache_level()),
            reason: reason(record),
            token_type: record.token_type().unwrap_or(TokenType::Bearer),
            status: record.status().filter(|_| !hides_status),
            caller: interners.caller(record, msal_net),
            code,
            sts_code,
            kind,
            suberror,
        }
    }

    pub(super) fn is_ok(&self) -> bool {
        self.outcome == Outcome::Ok
    }

    /// Number of keys of one API that [`reserved`](Self::reserved) can return.
    ///
    /// A success has one of two other sources, none, or a cache of one of three levels, which makes
    /// six; the other three outcomes have one key each.
    pub(super) const RESERVED_PER_API: usize = 9;

    /// Returns the key without values from outside, for use when there are too many series.
    pub(super) fn overflow(&self) -> Self {
        let overflow = |symbol| {
            if symbol == Symbol::NONE {
                Symbol::NONE
            } else {
                Symbol::OTHER
            }
        };
        Self {
            status: None,
            caller: overflow(self.caller),
            code: overflow(self.code),
            sts_code: overflow(self.sts_code),
            suberror: None,
            ..*self
        }
    }

    /// Returns the coarsest key, for which capacity is always reserved.
    pub(super) fn reserved(&self) -> Self {
        let code = match self.outcome {
            Outcome::Error => Symbol::OTHER,
            Outcome::Ok
            | Outcome::NoToken
            | Outcome::Pending
            | Outcome::Cancelled
            | Outcome::Panicked => Symbol::NONE,
        };
        // Shares the series of tokens of unknown source, which saves capacity. What is measured still
        // follows the original key.
        let outcome = if self.outcome == Outcome::NoToken {
            Outcome::Ok
        } else {
            self.outcome
        };
        Self {
            api: self.api,
            outcome,
            source: self.source,
            level: self.level,
            reason: CacheRefreshReason::NotApplicable,
            token_type: TokenType::Bearer,
            status: None,
            caller: Symbol::OTHER,
            code,
            sts_code: code,
            kind: self.kind.map(|_| ErrorKind::Unknown),
            suberror: None,
        }
    }

    /// Packs the key, except for the name of the API, into one number.
    #[inline]
    #[expect(
        clippy::unneeded_field_pattern,
        reason = "without `..`, no new field can be forgotten"
    )]
    pub(super) fn packed(&self) -> u64 {
        let Self {
            api: _,
            outcome,
            source,
            level,
            reason,
            token_type,
            status,
            caller,
            code,
            sts_code,
            kind,
            suberror,
        } = *self;
        let outcome: u8 = match outcome {
            // Pending outcomes are never recorded.
            Outcome::Ok | Outcome::Pending => 0,
            Outcome::Cancelled => 1,
            Outcome::Panicked => 2,
            Outcome::NoToken => 3,
            // In the bits of the outcome, so that a success does not pay for the suberror.
            Outcome::Error => 4 + suberror.map_or(0, |suberror| suberror.number),
        };
        let packer = Packer::default()
            .add(outcome, OUTCOME_BITS)
            .add(source.map_or(NO_SOURCE, TokenSource::wire), 2)
            .add(level.wire(), 3)
            .add(reason.wire(), 4)
            .add(token_type.wire(), 4)
            .add(status.unwrap_or_default(), u16::BITS)
            .add(caller.number(), Symbol::BITS)
            .add(code.number(), Symbol::BITS)
            .add(sts_code.number(), Symbol::BITS)
            .add(kind.map_or(0, |kind| kind as u8 + 1), 4);
        packer.packed
    }
}

/// Puts numbers next to each other, since comparing one number is fastest.
#[derive(Default)]
struct Packer {
    packed: u64,
    used: u32,
}

impl Packer {
    /// Adds a number, which must fit into its bits.
    #[inline]
    fn add(self, number: impl Into<u64>, bits: u32) -> Self {
        let number = number.into();
        let used = self.used + bits;
        debug_assert!(number >> bits == 0 && used <= u64::BITS, "too many bits");
        Self {
            packed: self.packed | number << self.used,
            used,
        }
    }
}

/// Bits of an outcome, with the suberror of a failure.
const OUTCOME_BITS: u32 = 4;

const _: () = assert!(4 + KnownSuberror::COUNT < 1 << OUTCOME_BITS);

/// Number for "no source"; the sources have the numbers 0 to 2.
const NO_SOURCE: u8 = 3;

/// Returns the cache level: `None` unless a cache had the token, and `Unknown` if it did not say.
fn level(source: Option<TokenSource>, recorded: Option<CacheLevel>) -> CacheLevel {
    match (source, recorded) {
        (Some(TokenSource::Cache), None | Some(CacheLevel::None)) => CacheLevel::Unknown,
        (Some(TokenSource::Cache), Some(level)) => level,
        (Some(TokenSource::IdentityProvider | TokenSource::Broker) | None, _) => CacheLevel::None,
    }
}

fn reason(record: &AcquisitionRecord) -> CacheRefreshReason {
    let reason = record.refresh_reason();
    reason.unwrap_or(CacheRefreshReason::NotApplicable)
}
