//! One `tracing` span per acquisition, entered whenever its future is polled.

mod callsite;

use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};

use tracing::field::{Value, display};
use tracing::{Level, Span};

use crate::acquisition::backend::OpenSpan;
use crate::acquisition::{AcquisitionRecord, Facts};
use crate::cache::{CacheLevel, CacheRefreshReason, TokenSource};
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
    pub(crate) fn open(self, facts: &Facts) -> Option<Box<dyn OpenSpan>> {
        contained(|| {
            let span = self.0.enabled_span()?;
            span.record("api", facts.api.name());
            let open: Box<dyn OpenSpan> = Box::new(AcquisitionSpan(span));
            Some(open)
        })
        .flatten()
    }
}

/// Runs code of the subscriber; its panic is not told, because only the subscriber could be.
fn contained<T>(code: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(code)).ok()
}

/// An open span; entered by hand, because its guard could not live in a future.
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
        // The id that was called may be known only now.
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
        self.record(
            "attempts",
            (record.attempts() > 0).then(|| record.attempts()),
        );
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
