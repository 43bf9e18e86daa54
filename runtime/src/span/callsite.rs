//! Call sites whose level and target are set at run time.
//!
//! The macros of `tracing` need a constant target, and allow 32 fields at most. A field set that is
//! made by hand has no limit as long as each value is recorded alone, as spans do here.

use std::sync::{Mutex, PoisonError};

use tracing::callsite::{Callsite, DefaultCallsite, Identifier};
use tracing::field::{FieldSet, Value};
use tracing::level_filters::{LevelFilter, STATIC_MAX_LEVEL};
use tracing::metadata::Kind;
use tracing::span::Id;
use tracing::{Dispatch, Level, Metadata, Span, dispatcher};

use crate::api::Api;

/// The call sites so far: one for each name, level and target, which `tracing` keeps forever.
static CALLSITES: Mutex<Vec<&'static DefaultCallsite>> = Mutex::new(Vec::new());

/// Returns the call site with this name, level and target.
pub(super) fn callsite(
    name: &'static str,
    level: Level,
    target: &'static str,
    fields: &[&[&'static str]],
) -> &'static DefaultCallsite {
    let mut callsites = CALLSITES.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |callsite: &&&DefaultCallsite| {
        let metadata = callsite.metadata();
        metadata.name() == name && *metadata.level() == level && metadata.target() == target
    };
    if let Some(callsite) = callsites.iter().find(same) {
        return callsite;
    }
    let fields = FieldSet::new(leak(fields.concat()), Identifier(new_identity()));
    let callsite = leak(DefaultCallsite::new(leak(metadata(
        name, level, target, fields,
    ))));
    callsites.push(callsite);
    callsite
}

/// Creates a span that shows the API, if a subscriber is interested and telemetry is not suppressed.
pub(super) fn enabled_span(
    callsite: &'static DefaultCallsite,
    api: &Api,
    is_suppressed: fn() -> bool,
) -> Option<Span> {
    let metadata = enabled(callsite, |metadata| {
        dispatcher::get_default(|dispatch| dispatch.enabled(metadata))
    })?;
    if is_suppressed() {
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

/// Creates a child of the current span that shows three values, unless telemetry is suppressed.
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub(super) fn enabled_current(
    callsite: &'static DefaultCallsite,
    values: [(&'static str, Option<&dyn Value>); 3],
    is_suppressed: fn() -> bool,
) -> Option<Span> {
    let metadata = enabled(callsite, |metadata| {
        dispatcher::get_default(|dispatch| dispatch.enabled(metadata))
    })?;
    if is_suppressed() {
        return None;
    }
    let fields = metadata.fields();
    let [
        (first, first_value),
        (second, second_value),
        (third, third_value),
    ] = values;
    let values = [
        (&fields.field(first)?, first_value),
        (&fields.field(second)?, second_value),
        (&fields.field(third)?, third_value),
    ];
    let span = Span::new(metadata, &fields.value_set(&values));
    Some(span).filter(|span| !span.is_disabled())
}

/// Creates a child of an open span that shows two values, if its subscriber is interested.
///
/// The parent is explicit, because another thread may have another subscriber and current span.
pub(super) fn enabled_child(
    callsite: &'static DefaultCallsite,
    parent: &Span,
    values: [(&'static str, Option<&dyn Value>); 2],
) -> Option<Span> {
    let open = |(id, dispatch): (&Id, &Dispatch)| {
        let metadata = enabled(callsite, |metadata| dispatch.enabled(metadata))?;
        let fields = metadata.fields();
        let [(first, first_value), (second, second_value)] = values;
        let values = [
            (&fields.field(first)?, first_value),
            (&fields.field(second)?, second_value),
        ];
        let values = fields.value_set(&values);
        Some(Span::child_of_with(id.clone(), metadata, &values, dispatch))
    };
    let span = parent.with_subscriber(open).flatten();
    span.filter(|span| !span.is_disabled())
}

/// Returns the metadata of the call site if a subscriber is interested; `ask` asks it.
#[inline]
fn enabled(
    callsite: &'static DefaultCallsite,
    ask: impl FnOnce(&'static Metadata<'static>) -> bool,
) -> Option<&'static Metadata<'static>> {
    let interest = callsite.interest();
    if interest.is_never() {
        return None;
    }
    let metadata: &'static Metadata<'static> = callsite.metadata();
    // As in the macros of `tracing`: a subscriber may rely on not being asked beyond its hint.
    if *metadata.level() > STATIC_MAX_LEVEL || *metadata.level() > LevelFilter::current() {
        return None;
    }
    (interest.is_always() || ask(metadata)).then_some(metadata)
}

const fn metadata(
    name: &'static str,
    level: Level,
    target: &'static str,
    fields: FieldSet,
) -> Metadata<'static> {
    Metadata::new(name, target, level, None, None, None, fields, Kind::SPAN)
}

/// Returns what identifies the metadata of one call site, of which `tracing` compares the address.
///
/// It cannot be the call site itself, which needs its metadata first. It is never registered.
fn new_identity() -> &'static DefaultCallsite {
    static IDENTITY: DefaultCallsite = DefaultCallsite::new(&METADATA);
    static METADATA: Metadata<'static> = metadata(
        "acquire_token",
        Level::TRACE,
        "token_telemetry",
        FieldSet::new(&[], Identifier(&IDENTITY)),
    );
    leak(DefaultCallsite::new(&METADATA))
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
