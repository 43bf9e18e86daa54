//! Call sites whose level and target are set at run time.
//!
//! The macros of `tracing` need a constant target, and allow 32 fields at most. A field set that is
//! made by hand has no limit as long as each value is recorded alone, as spans do here.

use std::sync::{Mutex, PoisonError};

use tracing::callsite::{Callsite, DefaultCallsite, Identifier};
use tracing::field::{FieldSet, Value};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind;
use tracing::{Level, Metadata, Span, dispatcher};

use crate::api::Api;

/// The call sites so far: one for each pair of level and target, which `tracing` keeps forever.
static CALLSITES: Mutex<Vec<&'static DefaultCallsite>> = Mutex::new(Vec::new());

/// Returns the call site with this level and target.
pub(super) fn callsite(
    level: Level,
    target: &'static str,
    fields: &[&[&'static str]],
) -> &'static DefaultCallsite {
    let mut callsites = CALLSITES.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |callsite: &&&DefaultCallsite| {
        let metadata = callsite.metadata();
        *metadata.level() == level && metadata.target() == target
    };
    if let Some(callsite) = callsites.iter().find(same) {
        return callsite;
    }
    let fields = FieldSet::new(leak(fields.concat()), Identifier(new_identity()));
    let callsite = leak(DefaultCallsite::new(leak(metadata(level, target, fields))));
    callsites.push(callsite);
    callsite
}

/// Creates a span that shows the API, if a subscriber is interested in the call site.
pub(super) fn enabled_span(callsite: &'static DefaultCallsite, api: &Api) -> Option<Span> {
    let interest = callsite.interest();
    if interest.is_never() {
        return None;
    }
    let metadata: &'static Metadata<'static> = callsite.metadata();
    // As in the macros of `tracing`: a subscriber may rely on not being asked beyond its hint.
    if *metadata.level() > STATIC_MAX_LEVEL || *metadata.level() > LevelFilter::current() {
        return None;
    }
    if !interest.is_always() && !dispatcher::get_default(|dispatch| dispatch.enabled(metadata)) {
        return None;
    }
    let field = metadata.fields().field("api")?;
    // Not read any earlier: if no subscriber listens, a read right after the write would stall.
    let name = api.name();
    let name: &dyn Value = &name;
    let values = [(&field, Some(name))];
    Some(Span::new(metadata, &metadata.fields().value_set(&values)))
        .filter(|span| !span.is_disabled())
}

const fn metadata(level: Level, target: &'static str, fields: FieldSet) -> Metadata<'static> {
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
}

/// Returns what identifies the metadata of one call site, of which `tracing` compares the address.
///
/// It cannot be the call site itself, which needs its metadata first. It is never registered.
fn new_identity() -> &'static DefaultCallsite {
    static IDENTITY: DefaultCallsite = DefaultCallsite::new(&METADATA);
    static METADATA: Metadata<'static> = metadata(
        Level::TRACE,
        "token_telemetry",
        FieldSet::new(&[], Identifier(&IDENTITY)),
    );
    leak(DefaultCallsite::new(&METADATA))
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
