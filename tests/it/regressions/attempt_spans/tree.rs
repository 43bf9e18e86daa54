//! A layer that keeps all spans.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use super::TARGET;

/// A span, with what was recorded on it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) name: &'static str,
    /// Position of the parent among the spans.
    pub(super) parent: Option<usize>,
    pub(super) fields: Vec<(&'static str, String)>,
    /// Times that it was entered and exited.
    pub(super) entered: [u32; 2],
    pub(super) is_closed: bool,
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.push((field.name(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.push((field.name(), format!("{value:?}")));
    }
}

/// A layer that keeps all spans in the order in which they opened.
#[derive(Clone)]
pub(super) struct Tree {
    pub(super) spans: Arc<Mutex<Vec<Seen>>>,
    pub(super) enabled: fn(&Metadata<'_>) -> bool,
}

/// The position of a span, kept in the registry.
struct Position(usize);

impl Tree {
    fn change<S>(&self, id: &Id, context: &Context<'_, S>, change: impl FnOnce(&mut Seen))
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let span = context.span(id).unwrap();
        let Position(at) = *span.extensions().get().unwrap();
        change(&mut self.spans.lock().unwrap()[at]);
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tree {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == TARGET && (self.enabled)(metadata)
    }

    fn on_new_span(&self, attrs: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let span = ctx.span(id).unwrap();
        let position = |parent: &Position| parent.0;
        let mut seen = Seen {
            name: attrs.metadata().name(),
            parent: span
                .parent()
                .and_then(|span| span.extensions().get().map(position)),
            ..Seen::default()
        };
        attrs.record(&mut seen);
        let mut spans = self.spans.lock().unwrap();
        span.extensions_mut().insert(Position(spans.len()));
        spans.push(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        self.change(id, &ctx, |seen| values.record(seen));
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        self.change(id, &ctx, |seen| seen.entered[0] += 1);
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        self.change(id, &ctx, |seen| seen.entered[1] += 1);
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        self.change(&id, &ctx, |seen| seen.is_closed = true);
    }
}
