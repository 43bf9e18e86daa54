//! Callsites whose level and target are set at run time.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use tracing::callsite::{Callsite, Identifier, register};
use tracing::dispatcher;
use tracing::field::FieldSet;
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind;
use tracing::subscriber::Interest;
use tracing::{Level, Metadata, Span};

use crate::contained::contained;

const FIELDS: &[&str] = &[
    "api",
    "outcome",
    "source",
    "cache_level",
    "refresh_reason",
    "error_code",
    "status",
    "attempts",
    "correlation_id",
    "parent_id",
    "background",
    "error.type",
    "otel.status_code",
];

/// The callsites so far: one for each pair of level and target, which `tracing` keeps forever.
static CALLSITES: Mutex<Vec<&'static SpanCallsite>> = Mutex::new(Vec::new());

/// A callsite that opens spans; the macros of `tracing` create theirs at compile time.
pub(super) struct SpanCallsite {
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

impl SpanCallsite {
    /// Returns the callsite with this level and target.
    pub(super) fn of(level: Level, target: &'static str) -> &'static Self {
        let (callsite, is_new) = Self::find_or_leak(level, target);
        if is_new {
            // Outside the lock, because this asks subscribers about the callsite. If one panics, the
            // interest stays at "sometimes", and subscribers are asked about each span.
            contained(|| register(callsite));
        }
        callsite
    }

    fn find_or_leak(level: Level, target: &'static str) -> (&'static Self, bool) {
        let mut callsites = CALLSITES.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |callsite: &&&Self| {
            let metadata = callsite.metadata.get();
            metadata
                .is_some_and(|metadata| *metadata.level() == level && metadata.target() == target)
        };
        if let Some(callsite) = callsites.iter().find(same) {
            return (callsite, false);
        }
        let callsite = Self::leak(level, target);
        callsites.push(callsite);
        (callsite, true)
    }

    fn leak(level: Level, target: &'static str) -> &'static Self {
        let callsite: &'static Self = Box::leak(Box::new(Self {
            metadata: OnceLock::new(),
            interest: AtomicU8::new(SOMETIMES),
        }));
        let fields = FieldSet::new(FIELDS, Identifier(callsite));
        callsite.metadata.get_or_init(|| {
            Metadata::new(
                "acquire_token",
                target,
                level,
                None,
                None,
                None,
                fields,
                Kind::SPAN,
            )
        });
        callsite
    }

    /// Creates a span, if a subscriber is interested in this callsite.
    pub(super) fn enabled_span(&'static self) -> Option<Span> {
        let interest = self.interest.load(Ordering::Relaxed);
        if interest == NEVER {
            return None;
        }
        let metadata = self.metadata.get()?;
        // As in the macros of `tracing`: a subscriber may rely on not being asked beyond its hint.
        if *metadata.level() > STATIC_MAX_LEVEL || *metadata.level() > LevelFilter::current() {
            return None;
        }
        if interest == SOMETIMES && !dispatcher::get_default(|dispatch| dispatch.enabled(metadata))
        {
            return None;
        }
        let field = metadata.fields().field("api")?;
        let none = [(&field, None)];
        Some(Span::new(metadata, &metadata.fields().value_set(&none)))
            .filter(|span| !span.is_disabled())
    }
}

impl Callsite for SpanCallsite {
    fn set_interest(&self, interest: Interest) {
        let interest = match interest {
            interest if interest.is_never() => NEVER,
            interest if interest.is_always() => ALWAYS,
            _ => SOMETIMES,
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata.get().unwrap_or(&PLACEHOLDER_METADATA)
    }
}

/// A placeholder for a callsite whose metadata is not set yet; no subscriber sees it.
struct Placeholder;

static PLACEHOLDER: Placeholder = Placeholder;

static PLACEHOLDER_METADATA: Metadata<'static> = Metadata::new(
    "acquire_token",
    "token_telemetry",
    Level::TRACE,
    None,
    None,
    None,
    FieldSet::new(FIELDS, Identifier(&PLACEHOLDER)),
    Kind::SPAN,
);

impl Callsite for Placeholder {
    fn set_interest(&self, _: Interest) {}

    fn metadata(&self) -> &Metadata<'_> {
        &PLACEHOLDER_METADATA
    }
}
