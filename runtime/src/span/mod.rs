//! Opens one `tracing` span per acquisition, entered whenever its future is polled.

mod callsite;

use std::convert::Infallible;
use std::mem;
use std::panic::{RefUnwindSafe, UnwindSafe};

use tracing::callsite::DefaultCallsite;
use tracing::field::{debug, display};
use tracing::{Level, Span};

use crate::acquisition::backend::OpenSpan;
use crate::acquisition::fields::{Value, Visit};
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::api::Api;
use crate::contained::contained;
use callsite::{callsite, enabled_span};

/// A level and a target for the span that each acquisition opens.
///
/// The span is named `acquire_token`. It has `api` when it opens, and again at the end if the SDK
/// [recorded another one](crate::Acquisition::record_api). All other fields are recorded when the
/// acquisition ends, each at most once and only if its value is known. A field that shows a fact has
/// the name of its getter in [`AcquisitionRecord`]. Error texts are never recorded.
///
/// | field | type | value |
/// |---|---|---|
/// | `api` | text | [name](crate::api::Api::name) of the function that was called |
/// | `outcome` | text | `ok`, `no_token`, `pending`, `error`, `cancelled` or `panicked` |
/// | `token_source` | text | [name](crate::TokenSource::name) of where the token came from |
/// | `cache_level` | text | [name](crate::CacheLevel::name) of the cache that had the token |
/// | `refresh_reason` | text | [name](crate::CacheRefreshReason::name) of why the cache did not suffice |
/// | `trigger` | text | [name](crate::cache::RefreshTrigger::name) of what made the SDK refresh the token |
/// | `credential` | text | [name](crate::credential::CredentialKind::name) of the kind of credential |
/// | `managed_identity_source` | text | [name](crate::credential::ManagedIdentitySource::name) of the service that issued the token of a managed identity |
/// | `grant_type` | text | [OAuth grant type](crate::credential::GrantType::name) of the token request |
/// | `client_authentication` | text | [how the client authenticated](crate::credential::ClientAuthentication::name) |
/// | `status` | integer | HTTP status of the last response |
/// | `attempt_count` | integer | number of HTTP attempts, if there were any |
/// | `server_request_id` | text | [id](AcquisitionRecord::server_request_id) of the last response in the server's logs |
/// | `correlation_id` | text | [id](AcquisitionRecord::correlation_id) in the server's logs |
/// | `parent` | text | [id of the acquisition](AcquisitionRecord::parent) that started this one |
/// | `background` | boolean | `true` if no caller waited |
/// | `cache_lookup_count` | integer | number of [recorded lookups](AcquisitionRecord::cache_lookup_count) in caches, if there were any |
/// | `refresh_token_present` | boolean | whether there is a [refresh token](AcquisitionRecord::refresh_token_present) |
/// | `expiry_advertised` | boolean | whether the [lifetime of a new token](AcquisitionRecord::expiry_advertised) is known |
/// | `expiry_unextended` | boolean | `true` if a refresh brought [no later expiry](AcquisitionRecord::is_expiry_unextended) |
/// | `error_code` | text | [code](AcquisitionRecord::error_code) of an acquisition that returned no token |
/// | `error.kind` | text | [kind](AcquisitionRecord::error_kind) of the error of a failed or cancelled acquisition |
/// | `error.type` | text | the error code, if the span counts as failed |
/// | `otel.status_code` | text | `ERROR`, if the span counts as failed |
///
/// The last two fields follow OpenTelemetry: the span of an acquisition that failed or panicked counts
/// as failed. All others leave the status unset, as the conventions advise for instrumentation. A
/// cancelled acquisition is not an error: its caller gave up, which `outcome` and `error_code` show.
/// `tracing-opentelemetry` derives the status of the exported span from `otel.status_code`.
///
/// A panic in the subscriber is contained, unless the program is built with `panic = "abort"`.
///
/// # Examples
///
/// ```
/// use token_telemetry::{SpanOptions, Telemetry};
/// use tracing::Level;
///
/// let spans = SpanOptions::new().with_level(Level::DEBUG).with_target("contoso::auth");
/// let telemetry = Telemetry::builder().span(spans).build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SpanOptions {
    level: Level,
    target: &'static str,
}

impl SpanOptions {
    /// Creates options with the level `INFO` and the target `token_telemetry`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{SpanOptions, Telemetry};
    ///
    /// let telemetry = Telemetry::builder().span(SpanOptions::new()).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        Self {
            level: Level::INFO,
            target: "token_telemetry",
        }
    }

    /// Sets the level of the span.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::SpanOptions;
    /// use tracing::Level;
    ///
    /// let spans = SpanOptions::new().with_level(Level::DEBUG);
    /// ```
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Sets the target of the span, which filters can select.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::SpanOptions;
    ///
    /// let spans = SpanOptions::new().with_target("contoso::auth");
    /// ```
    #[must_use]
    pub const fn with_target(mut self, target: &'static str) -> Self {
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
pub(crate) struct Spans(&'static DefaultCallsite);

impl Spans {
    pub(crate) fn new(options: SpanOptions) -> Self {
        let SpanOptions { level, target } = options;
        Self(callsite(
            level,
            target,
            &[AcquisitionRecord::IN_SPANS, &ERROR_FIELDS],
        ))
    }

    /// Opens the span of a call of `api`, unless it is disabled.
    pub(crate) fn open(self, api: &Api) -> Option<Box<dyn OpenSpan>> {
        // Call nothing else in here: a panic after the span is open would close it while unwinding.
        let span = contained(|| enabled_span(self.0, api)).flatten()?;
        Some(Box::new(AcquisitionSpan { span, api: *api }))
    }
}

/// An open span; entered by hand, because its guard could not be kept in a future.
///
/// Panics of the subscriber are not logged, because only the subscriber could log them.
struct AcquisitionSpan {
    span: Span,
    /// What the span shows already.
    api: Api,
}

impl UnwindSafe for AcquisitionSpan {}
impl RefUnwindSafe for AcquisitionSpan {}

impl AcquisitionSpan {
    fn record_error(&self, record: &AcquisitionRecord) {
        let code = record.error_code();
        let [code_field, kind_field, type_field, status_field] = ERROR_FIELDS;
        if let Some(code) = code {
            self.span.record(code_field, code);
        }
        if let Some(kind) = record.error_kind() {
            self.span.record(kind_field, kind.name());
        }
        if is_failed(record.outcome()) {
            self.span.record(type_field, code.unwrap_or(OTHER_ERROR));
            self.span.record(status_field, "ERROR");
        }
    }
}

impl Visit for &AcquisitionSpan {
    type Error = Infallible;

    fn fact(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Infallible> {
        let span = &self.span;
        match value {
            Value::Api(api) if api.name() == self.api.name() => span,
            Value::Api(api) => span.record(name, api.name()),
            Value::Outcome(outcome) => span.record(name, outcome.name()),
            Value::Name(text) | Value::Text(text) => span.record(name, text),
            Value::Trigger(trigger) => span.record(name, trigger.name()),
            Value::Id(id) => span.record(name, display(id)),
            Value::Flag(flag) => span.record(name, flag),
            // Signed, since OpenTelemetry has no other integers: exporters turn unsigned ones into text.
            Value::Number(number) => span.record(name, i64::try_from(number).unwrap_or(i64::MAX)),
            Value::Software(..)
            | Value::Texts(_)
            | Value::Duration(_)
            | Value::Seconds(_)
            | Value::Moment(_)
            | Value::Timestamp(_)
            | Value::Attempts(_)
            | Value::Region(_)
            | Value::Transport(_)
            | Value::Error(..)
            | Value::Errors(_)
            | Value::Lookups(_) => span.record(name, debug(value)),
        };
        Ok(())
    }
}

/// How a span shows the error of a record: its code, its kind, and the two fields of OpenTelemetry.
const ERROR_FIELDS: [&str; 4] = ["error_code", "error.kind", "error.type", "otel.status_code"];

/// The value that the semantic conventions prescribe for an error without a code.
const OTHER_ERROR: &str = "_OTHER";

/// Returns whether the span counts as failed; a caller that gave up is not an error.
const fn is_failed(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Error | Outcome::Panicked => true,
        Outcome::Ok | Outcome::NoToken | Outcome::Pending | Outcome::Cancelled => false,
    }
}

impl OpenSpan for AcquisitionSpan {
    fn enter(&self) {
        contained(|| {
            self.span
                .with_subscriber(|(id, dispatch)| dispatch.enter(id))
        });
    }

    fn exit(&self) {
        contained(|| {
            self.span
                .with_subscriber(|(id, dispatch)| dispatch.exit(id))
        });
    }

    fn export(&self, record: &AcquisitionRecord) {
        let mut visitor = self;
        contained(|| {
            let Ok(()) = record.visit_span_facts(&mut visitor);
            self.record_error(record);
        });
    }
}

impl Drop for AcquisitionSpan {
    // Closing the span calls the subscriber, whose panic would abort the process during unwinding.
    fn drop(&mut self) {
        let span = mem::replace(&mut self.span, Span::none());
        contained(|| drop(span));
    }
}
