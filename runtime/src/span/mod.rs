//! Opens one `tracing` span per acquisition and token request, entered whenever it is polled.

mod attempt;
mod callsite;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod graph;
mod open;

use std::convert::Infallible;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use tracing::Level;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
use tracing::callsite::Callsite as _;
use tracing::callsite::DefaultCallsite;
use tracing::field::{debug, display};

use crate::acquisition::backend::{OpenAttempt, OpenSpan};
use crate::acquisition::fields::{Value, Visit};
use crate::acquisition::{AcquisitionRecord, Outcome};
use crate::api::Api;
use crate::contained::contained;
use crate::error::ErrorInfo;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
use crate::graph_record::HANDLERS;
use attempt::{ATTEMPT_FIELDS, AttemptSpan};
use callsite::{callsite, enabled_span};
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
use graph::GRAPH_FIELDS;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub(crate) use graph::{GraphSpan, GraphSpans};
use open::{OTHER_ERROR, Open};

/// The level and the target of the spans that each acquisition opens.
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
/// | `region` | text | [name](crate::Region::name) of the region whose endpoint was used |
/// | `region_error` | text | [name](crate::region::RegionAutodetectionError::name) of why the region could not be detected |
/// | `prompt` | text | [name](crate::api::Prompt::name) of the prompt that the caller asked for |
/// | `claims_present` | boolean | whether the caller asked for [claims](AcquisitionRecord::claims_present) |
/// | `scope_count` | integer | [number of scopes](AcquisitionRecord::scope_count) that the caller asked for |
/// | `force_refresh` | boolean | whether the caller asked to [skip the cache](AcquisitionRecord::force_refresh) |
/// | `duration_waiting` | number | seconds spent [waiting](AcquisitionRecord::duration_waiting) for another caller |
/// | `stale` | boolean | `true` if an [old token](AcquisitionRecord::is_stale) was served |
/// | `cached_token_count` | integer | number of tokens in the cache |
/// | `suppressed_errors` | integer | number of [errors](AcquisitionRecord::suppressed_errors) that were not returned, if there were any |
/// | `error_code` | text | [code](AcquisitionRecord::error_code) of an acquisition that returned no token |
/// | `error.suberror` | text | [suberror](crate::ErrorInfo::suberror) of the same error |
/// | `error.kind` | text | [kind](AcquisitionRecord::error_kind) of the error of a failed or cancelled acquisition |
/// | `error.type` | text | the error code, if the span counts as failed |
/// | `otel.status_code` | text | `ERROR`, if the span counts as failed |
///
/// The last two fields follow OpenTelemetry: the span of an acquisition that failed or panicked counts
/// as failed. All others leave the status unset, as the conventions advise for instrumentation. A
/// cancelled acquisition is not an error: its caller gave up, which `outcome` and `error_code` show.
/// `tracing-opentelemetry` derives the status of the exported span from `otel.status_code`.
///
/// Each token request of the acquisition opens a child, described at
/// [`without_attempts`](Self::without_attempts). An acquisition opens no span on a thread on which
/// OpenTelemetry suppresses telemetry, as it does where it exports: an exporter that acquires a token
/// would else cause more to export.
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
    attempts: bool,
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
            attempts: true,
        }
    }

    /// Sets the level of the spans.
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

    /// Sets the target of the spans, which filters can select.
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

    /// Opens no span for single token requests.
    ///
    /// By default, each [`TokenRequest`](crate::TokenRequest) opens a span named `token_request` when it
    /// begins, and closes it when it ends or is dropped. The span is a child of the acquisition's, even
    /// if the request is made through a [`Handle`](crate::Handle) on another thread. The futures of
    /// [`send`](crate::TokenRequest::send) and [`watch`](crate::TokenRequest::watch) enter it. Its
    /// fields follow OpenTelemetry's conventions for HTTP clients, without method and URL:
    ///
    /// | field | type | value |
    /// |---|---|---|
    /// | `otel.kind` | text | `client` |
    /// | `otel.name` | text | `HTTP` and the purpose |
    /// | `server.address` | text | the host, if all tenants of a cloud share it |
    /// | `token_telemetry.request.purpose` | text | `token`, `discovery` or `instance_metadata` |
    /// | `http.request.resend_count` | integer | number of earlier requests of the acquisition for this purpose, if there were any |
    /// | `http.response.status_code` | integer | HTTP status of the response |
    /// | `error.type` | text | status or transport failure of a request that failed |
    /// | `otel.status_code` | text | `ERROR`, if the request failed |
    ///
    /// A request that is dropped before it ends has neither status nor error, and the "not yet" of a
    /// polling flow is not an error. Purpose, name and count are recorded when the headers are written,
    /// or else when the request ends.
    ///
    /// This crate sends no `traceparent`. An HTTP client that injects one puts the current span into it,
    /// which is this span within `send` and `watch`.
    ///
    /// # Examples
    ///
    /// If the HTTP client opens a span for each request itself:
    ///
    /// ```
    /// use token_telemetry::{SpanOptions, Telemetry};
    ///
    /// let spans = SpanOptions::new().without_attempts();
    /// let telemetry = Telemetry::builder().span(spans).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[must_use]
    pub const fn without_attempts(mut self) -> Self {
        self.attempts = false;
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
pub(crate) struct Spans {
    acquisition: &'static DefaultCallsite,
    attempt: Option<&'static DefaultCallsite>,
}

impl Spans {
    pub(crate) fn new(options: SpanOptions) -> Self {
        let SpanOptions {
            level,
            target,
            attempts,
        } = options;
        let callsite = |name, fields: &_| callsite(name, level, target, fields);
        Self {
            acquisition: callsite(
                "acquire_token",
                &[AcquisitionRecord::IN_SPANS, &ERROR_FIELDS],
            ),
            attempt: attempts.then(|| callsite("token_request", &[&ATTEMPT_FIELDS])),
        }
    }

    /// Returns what opens the spans of requests to Microsoft Graph, with the same level and target.
    #[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
    pub(crate) fn graph(self, is_suppressed: fn() -> bool) -> GraphSpans {
        let metadata = self.acquisition.metadata();
        let fields: &[&[_]] = &[&GRAPH_FIELDS, &HANDLERS];
        let (level, target) = (*metadata.level(), metadata.target());
        GraphSpans {
            callsite: callsite("graph_request", level, target, fields),
            is_suppressed,
        }
    }

    /// Opens the span of a call of `api`, unless it is disabled, or `is_suppressed` returns true.
    pub(crate) fn open(self, api: &Api, is_suppressed: fn() -> bool) -> Option<Arc<dyn OpenSpan>> {
        let Self {
            acquisition,
            attempt,
        } = self;
        // Call nothing else in here: a panic after the span is open would close it while unwinding.
        let span = contained(|| enabled_span(acquisition, api, is_suppressed)).flatten()?;
        Some(Arc::new(AcquisitionSpan {
            span: Open(span),
            api: *api,
            attempt,
        }))
    }
}

/// The open span of an acquisition.
struct AcquisitionSpan {
    span: Open,
    /// What the span shows already.
    api: Api,
    /// The call site of its children, unless they are off.
    attempt: Option<&'static DefaultCallsite>,
}

impl UnwindSafe for AcquisitionSpan {}
impl RefUnwindSafe for AcquisitionSpan {}

impl AcquisitionSpan {
    fn record_error(&self, record: &AcquisitionRecord) {
        let Open(span) = &self.span;
        let code = record.error_code();
        let [
            code_field,
            suberror_field,
            kind_field,
            type_field,
            status_field,
        ] = ERROR_FIELDS;
        if let Some(code) = code {
            span.record(code_field, code);
        }
        if let Some(suberror) = record.error().and_then(ErrorInfo::suberror) {
            span.record(suberror_field, suberror);
        }
        if let Some(kind) = record.error_kind() {
            span.record(kind_field, kind.name());
        }
        if is_failed(record.outcome()) {
            span.record(type_field, code.unwrap_or(OTHER_ERROR));
            span.record(status_field, "ERROR");
        }
    }
}

impl Visit for &AcquisitionSpan {
    type Error = Infallible;

    fn fact(&mut self, name: &'static str, value: Value<'_>) -> Result<(), Infallible> {
        let Open(span) = &self.span;
        match value {
            Value::Api(api) if api.name() == self.api.name() => span,
            Value::Api(api) => span.record(name, api.name()),
            Value::Outcome(outcome) => span.record(name, outcome.name()),
            Value::Name(text) | Value::Text(text) => span.record(name, text),
            Value::Trigger(trigger) => span.record(name, trigger.name()),
            Value::Id(id) => span.record(name, display(id)),
            Value::Flag(flag) => span.record(name, flag),
            Value::Number(number) => span.record(name, signed(number)),
            Value::Duration(time) | Value::Seconds(time) => span.record(name, time.as_secs_f64()),
            Value::Region(region) => match region.name() {
                Some(region) => span.record(name, region),
                None => span,
            },
            Value::Errors(errors) => span.record(name, signed(errors.len())),
            Value::Software(..)
            | Value::Texts(_)
            | Value::Moment(_)
            | Value::Timestamp(_)
            | Value::Attempts(_)
            | Value::Transport(_)
            | Value::Error(..)
            | Value::Lookups(_) => span.record(name, debug(value)),
        };
        Ok(())
    }
}

/// OpenTelemetry has no unsigned integers: exporters turn them into text.
fn signed(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// How a span shows the error of a record: its codes, its kind, and the two fields of OpenTelemetry.
const ERROR_FIELDS: [&str; 5] = [
    "error_code",
    "error.suberror",
    "error.kind",
    "error.type",
    "otel.status_code",
];

/// Returns whether the span counts as failed; a caller that gave up is not an error.
const fn is_failed(outcome: Outcome) -> bool {
    match outcome {
        Outcome::Error | Outcome::Panicked => true,
        Outcome::Ok | Outcome::NoToken | Outcome::Pending | Outcome::Cancelled => false,
    }
}

impl OpenSpan for AcquisitionSpan {
    fn enter(&self) {
        self.span.enter();
    }

    fn exit(&self) {
        self.span.exit();
    }

    fn export(&self, record: &AcquisitionRecord) {
        let mut visitor = self;
        contained(|| {
            let Ok(()) = record.visit_span_facts(&mut visitor);
            self.record_error(record);
        });
    }

    fn open_attempt(&self, host: Option<&str>) -> Option<Box<dyn OpenAttempt>> {
        let span = AttemptSpan::open(self.attempt?, &self.span, host)?;
        Some(Box::new(span))
    }
}
