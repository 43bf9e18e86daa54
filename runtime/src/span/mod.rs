//! One `tracing` span per acquisition, entered whenever its future is polled.

mod callsite;

use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};

use tracing::field::{Value, display};
use tracing::{Level, Span};

use crate::acquisition::AcquisitionRecord;
use crate::acquisition::backend::OpenSpan;
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
use crate::contained::contained;
use callsite::SpanCallsite;

/// Level and target of the span that each acquisition opens.
///
/// The span is called `acquire_token`. Its fields are recorded at the end: `api`, `outcome`,
/// `source`, `cache_level`, `refresh_reason`, `error_code`, `status`, `attempts`,
/// `correlation_id`, `parent_id`, `background`. Errors are never recorded as texts.
///
/// # Examples
///
/// ```
/// use token_telemetry::{SpanOptions, Telemetry};
/// use tracing::Level;
///
/// let spans = SpanOptions::new().level(Level::DEBUG).target("contoso::auth");
/// let telemetry = Telemetry::builder().span(spans).build()?;
/// # Ok::<(), token_telemetry::InvalidClientInfo>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SpanOptions {
    level: Level,
    target: &'static str,
}

impl SpanOptions {
    /// Level `INFO`, target `token_telemetry`.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            level: Level::INFO,
            target: "token_telemetry",
        }
    }

    /// Level of the span.
    #[must_use]
    pub const fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Target of the span, by which filters choose it.
    #[must_use]
    pub const fn target(mut self, target: &'static str) -> Self {
        self.target = target;
        self
    }
}

impl Default for SpanOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Opens the spans of one `Telemetry`.
#[derive(Clone, Copy)]
pub(crate) struct Spans(&'static SpanCallsite);

impl Spans {
    pub(crate) fn new(options: SpanOptions) -> Self {
        let SpanOptions { level, target } = options;
        Self(SpanCallsite::of(level, target))
    }

    /// Opens the span of an acquisition; none if nobody listens.
    pub(crate) fn open(self) -> Option<Box<dyn OpenSpan>> {
        // Nothing more is called here: a panic after the span is open would close it in the unwind.
        let span = contained(|| self.0.enabled_span()).flatten()?;
        Some(Box::new(AcquisitionSpan(span)))
    }
}

/// An open span; entered by hand, because its guard could not live in a future.
///
/// Panics of the subscriber are not told, because only the subscriber could be.
struct AcquisitionSpan(Span);

impl UnwindSafe for AcquisitionSpan {}
impl RefUnwindSafe for AcquisitionSpan {}

impl AcquisitionSpan {
    fn record(&self, field: &'static str, value: Option<impl Value>) {
        if let Some(value) = value {
            self.0.record(field, value);
        }
    }

    fn record_all(&self, record: &AcquisitionRecord) {
        let attempts = record.attempts();
        self.record("api", Some(record.api().name()));
        self.record("outcome", Some(record.outcome().name()));
        self.record("source", record.source().map(TokenSource::name));
        self.record("cache_level", record.level().map(CacheLevel::name));
        self.record(
            "refresh_reason",
            record.refresh_reason().map(CacheRefreshReason::name),
        );
        self.record("error_code", record.error_code());
        self.record("status", record.status());
        self.record("attempts", (attempts > 0).then_some(attempts));
        self.record("correlation_id", record.correlation_id().map(display));
        self.record("parent_id", record.parent().map(display));
        self.record("background", record.is_background().then_some(true));
    }
}

impl OpenSpan for AcquisitionSpan {
    fn enter(&self) {
        contained(|| self.0.with_subscriber(|(id, dispatch)| dispatch.enter(id)));
    }

    fn exit(&self) {
        contained(|| self.0.with_subscriber(|(id, dispatch)| dispatch.exit(id)));
    }

    fn finished(&self, record: &AcquisitionRecord) {
        contained(|| self.record_all(record));
    }
}

impl Drop for AcquisitionSpan {
    /// Closing calls the subscriber, too; its panic would abort the process if this is an unwind.
    fn drop(&mut self) {
        let span = mem::replace(&mut self.0, Span::none());
        contained(|| drop(span));
    }
}
