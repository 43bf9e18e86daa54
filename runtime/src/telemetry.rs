//! The handle that an SDK client owns, and its builder.

use std::borrow::Cow;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};

use http::HeaderName;

use crate::acquisition::backend::{Answer, Backend, Carriage, OpenSpan, Outgoing};
use crate::acquisition::{
    Acquire, Acquisition, AcquisitionRecord, Call, Clock, ClockSource, Facts, Nesting, Reading,
};
use crate::api::ApiId;
use crate::client::{ClientInfo, InvalidClientInfo};
use crate::entra::{self, Claims, Dialect, ExtraSku, Header, PendingFailure};
use crate::error::DescribeError;
use crate::observer::{self, Observer};
#[cfg(feature = "otel")]
use crate::otel::{Metrics, MetricsRecorder};
use crate::recent::RecentRecords;
#[cfg(feature = "tracing")]
use crate::span::{SpanOptions, Spans};
use crate::totals::{Counters, Totals};
use crate::wire::{host_of_authority, host_of_url};

static GLOBAL: OnceLock<Telemetry> = OnceLock::new();

/// Everything one SDK client reports through; cheap to clone.
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
///
/// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
/// assert_eq!(telemetry.totals().cache, 0);
/// # Ok::<(), token_telemetry::InvalidClientInfo>(())
/// ```
#[derive(Clone)]
pub struct Telemetry {
    shared: Arc<Shared>,
}

struct Shared {
    clock: ClockSource,
    client: ClientInfo,
    entra: entra::Headers,
    authorities: Option<Vec<String>>,
    /// Headers whose value is of one try only.
    rewritten: Vec<HeaderName>,
    totals: Counters,
    observers: Vec<Box<dyn Observer>>,
    recent: RecentRecords,
    #[cfg(feature = "tracing")]
    spans: Spans,
    #[cfg(feature = "otel")]
    metrics: MetricsRecorder,
}

// Every call into observers, clocks and providers is contained, and no lock minds poison: a panic
// leaves nothing half done. So an SDK's own types stay unwind safe when they hold a `Telemetry`.
impl UnwindSafe for Shared {}
impl RefUnwindSafe for Shared {}

impl Telemetry {
    /// A builder with every outlet at its default.
    pub fn builder() -> TelemetryBuilder {
        TelemetryBuilder::new()
    }

    /// The process-wide instance, used where the attribute names no other.
    ///
    /// Unless [`set_global`](Self::set_global) came first it is made here, and names no SDK.
    #[must_use]
    pub fn global() -> Self {
        GLOBAL
            .get_or_init(|| TelemetryBuilder::new().build_with(ClientInfo::detect()))
            .clone()
    }

    /// Makes an instance the process-wide one.
    ///
    /// # Errors
    ///
    /// Hands the instance back if there is a process-wide one already.
    pub fn set_global(telemetry: Self) -> Result<(), Self> {
        GLOBAL.set(telemetry)
    }

    /// Sums over all acquisitions so far.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.shared.totals.read()
    }

    /// Failures that no answered token request has reported yet, oldest first.
    #[must_use]
    pub fn pending_failures(&self) -> Vec<PendingFailure> {
        self.shared.entra.pending()
    }

    /// Cache hits that no answered token request has reported yet.
    #[must_use]
    pub fn pending_hits(&self) -> u64 {
        self.shared
            .entra
            .pending_hits(self.shared.totals.cache_hits())
    }

    /// Failures that were dropped unreported, because too many waited or one was too long.
    #[must_use]
    pub fn lost_failures(&self) -> u64 {
        self.shared.entra.lost()
    }

    /// The last records, oldest first; as many as [`TelemetryBuilder::keep_records`] says.
    #[must_use]
    pub fn recent_records(&self) -> Vec<AcquisitionRecord> {
        self.shared.recent.read()
    }

    /// Identity of the SDK that this instance reports for.
    #[must_use]
    pub fn client(&self) -> &ClientInfo {
        &self.shared.client
    }

    /// An acquisition that no caller waits for, such as a proactive refresh.
    ///
    /// It is never part of another acquisition; started from inside one, that one is its parent.
    pub fn background<I, F, T, E>(&self, api: I, future: F) -> Acquire<F::IntoFuture, T, E>
    where
        I: ApiId<Owner: DescribeError<E>>,
        F: IntoFuture<Output = Result<T, E>>,
    {
        let reading = Reading {
            error: <I::Owner as DescribeError<E>>::describe,
            token: None,
        };
        let backend = self.clone().into_backend();
        Call::new(backend, api.api(), Nesting::Background, reading)
            .with_parent(Acquisition::current().request_id())
            .acquire(future.into_future())
    }

    pub(crate) fn into_backend(self) -> Arc<dyn Backend> {
        self.shared
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("client", &self.shared.client)
            .finish_non_exhaustive()
    }
}

impl Shared {
    #[cfg(feature = "tracing")]
    fn open_span(&self, facts: &Facts) -> Option<Box<dyn OpenSpan>> {
        self.spans.open(facts)
    }

    #[cfg(not(feature = "tracing"))]
    #[expect(clippy::unused_self, reason = "the feature is off")]
    fn open_span(&self, _: &Facts) -> Option<Box<dyn OpenSpan>> {
        None
    }

    /// Whether anybody looks at each record.
    fn has_audience(&self) -> bool {
        !self.observers.is_empty() || self.recent.is_kept()
    }

    /// Whether telemetry headers may go to this host.
    fn is_authority(&self, host: Option<&str>) -> bool {
        let Some(authorities) = &self.authorities else {
            return true;
        };
        host.is_some_and(|host| authorities.iter().any(|authority| authority == host))
    }
}

impl Backend for Shared {
    fn clock(&self) -> &ClockSource {
        &self.clock
    }

    fn begin(&self, facts: &mut Facts) -> Option<Box<dyn OpenSpan>> {
        let span = self.open_span(facts);
        facts.started = self.clock.now();
        span
    }

    fn write_headers(
        &self,
        facts: &mut Facts,
        host: Option<&str>,
        carriage: &mut Carriage,
        out: &mut Outgoing<'_>,
    ) {
        if let Outgoing::Headers(headers) = out {
            // Of an earlier try: it may be reported already, or was meant for another host.
            for name in &self.rewritten {
                headers.remove(name);
            }
        }
        if self.is_authority(host) {
            self.entra
                .write(facts, (host, self.totals.cache_hits()), carriage, out);
        }
    }

    fn settle(&self, carriage: Carriage, answer: Answer) -> Option<Carriage> {
        self.entra.settle(carriage, answer)
    }

    fn decide(&self, undecided: &[Carriage], code: Option<&str>) {
        self.entra.decide(undecided, code);
    }

    fn finished(&self, record: &mut AcquisitionRecord) {
        self.totals.finished(record);
        if record.has_failures() {
            self.entra.finished(record);
        }
        #[cfg(feature = "otel")]
        self.metrics.finished(record);
        if self.has_audience() {
            record.facts_mut().correlation_id();
            self.recent.keep(record);
            observer::notify(&self.observers, record);
        }
    }
}

/// Builder of [`Telemetry`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct TelemetryBuilder {
    sdk: Option<(Cow<'static, str>, Cow<'static, str>)>,
    platform: Option<(&'static str, &'static str)>,
    clock: ClockSource,
    dialect: Dialect,
    device_model: Option<Cow<'static, str>>,
    app: Option<(Cow<'static, str>, Cow<'static, str>)>,
    claims: Claims,
    opt_out_variable: Option<Cow<'static, str>>,
    authorities: Option<Vec<String>>,
    observers: Vec<Box<dyn Observer>>,
    kept: usize,
    #[cfg(feature = "tracing")]
    span: SpanOptions,
    #[cfg(feature = "otel")]
    metrics: Metrics,
}

impl TelemetryBuilder {
    fn new() -> Self {
        Self {
            sdk: None,
            platform: None,
            clock: ClockSource::default(),
            dialect: Dialect::default(),
            device_model: None,
            app: None,
            claims: Claims::default(),
            opt_out_variable: None,
            authorities: None,
            observers: Vec::new(),
            kept: 0,
            #[cfg(feature = "tracing")]
            span: SpanOptions::new(),
            #[cfg(feature = "otel")]
            metrics: Metrics::default(),
        }
    }

    /// Name and version of the SDK, for the identity headers and the metric tags.
    pub fn sdk(
        mut self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.sdk = Some((sku.into(), version.into()));
        self
    }

    /// Operating system and processor to report, for tests that must not depend on the machine.
    pub fn platform(mut self, os: &'static str, cpu: &'static str) -> Self {
        self.platform = Some((os, cpu));
        self
    }

    /// Clock to measure with.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = ClockSource::custom(clock);
        self
    }

    /// Form of the telemetry headers.
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Model of the device, for the header `x-client-DM`.
    pub fn device_model(mut self, model: impl Into<Cow<'static, str>>) -> Self {
        self.device_model = Some(model.into());
        self
    }

    /// Name and version of the application, for dialects that send `x-app-name` and `x-app-ver`.
    pub fn app(
        mut self,
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.app = Some((name.into(), version.into()));
        self
    }

    /// Libraries below and above the SDK, for the header `x-client-xtra-sku`.
    pub fn extra_sku(mut self, extra_sku: ExtraSku) -> Self {
        self.claims.extra_sku = Some(extra_sku);
        self
    }

    /// Claims that the SDK waits as `Retry-After` tells it and sends nothing more after a 429.
    ///
    /// The claim goes out as `x-ms-lib-capability`. The server relies on it, so make it only if the
    /// SDK does all of that.
    pub fn honours_throttling(mut self) -> Self {
        self.claims.retries_as_told = true;
        self
    }

    /// Environment variable that switches off every header if it is `1` or `true`.
    ///
    /// It is read once, by [`build`](Self::build).
    pub fn opt_out_variable(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.opt_out_variable = Some(name.into());
        self
    }

    /// Hosts that telemetry headers may go to; without this, every host that is asked for a token.
    ///
    /// Hosts or URLs, of which only the host counts. What names no host lets nothing through.
    pub fn authorities<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let host = |host: H| {
            let host = host.as_ref();
            let read = if host.contains("://") {
                host_of_url(host)
            } else {
                host_of_authority(host)
            };
            read.map(Cow::into_owned)
        };
        self.authorities = Some(hosts.into_iter().filter_map(host).collect());
        self
    }

    /// One more receiver of finished acquisitions.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Keeps the last records for [`Telemetry::recent_records`]; none by default.
    pub fn keep_records(mut self, count: usize) -> Self {
        self.kept = count;
        self
    }

    /// Level and target of the span that each acquisition opens.
    #[cfg(feature = "tracing")]
    pub fn span(mut self, options: SpanOptions) -> Self {
        self.span = options;
        self
    }

    /// Which OpenTelemetry metrics are recorded, and through which provider.
    #[cfg(feature = "otel")]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// The finished instance.
    ///
    /// # Errors
    ///
    /// When the SKU or the version cannot be sent; the error names the field and the byte.
    pub fn build(mut self) -> Result<Telemetry, InvalidClientInfo> {
        let mut client = ClientInfo::detect();
        if let Some((os, cpu)) = self.platform {
            client = client.with_platform(os, cpu);
        }
        if let Some((sku, version)) = self.sdk.take() {
            client = client.with_sdk(sku, version)?;
        }
        if let Some(model) = self.device_model.take() {
            client = client.with_device_model(model)?;
        }
        if let Some((name, version)) = self.app.take() {
            client = client.with_app(name, version)?;
        }
        if self.opt_out_variable.as_deref().is_some_and(is_set) {
            self.dialect = self.dialect.without_headers();
        }
        Ok(self.build_with(client))
    }

    fn build_with(self, client: ClientInfo) -> Telemetry {
        let of_one_try = [
            (Header::CurrentTelemetry, entra::CURRENT_TELEMETRY),
            (Header::LastTelemetry, entra::LAST_TELEMETRY),
        ];
        let rewritten = of_one_try
            .into_iter()
            .filter_map(|(header, name)| self.dialect.sends(header).then_some(name));
        let shared = Shared {
            clock: self.clock,
            rewritten: rewritten.collect(),
            entra: entra::Headers::new(self.dialect, &client, &self.claims),
            authorities: self.authorities,
            totals: Counters::default(),
            observers: self.observers,
            recent: RecentRecords::new(self.kept),
            #[cfg(feature = "tracing")]
            spans: Spans::new(self.span),
            #[cfg(feature = "otel")]
            metrics: MetricsRecorder::new(self.metrics, &client),
            client,
        };
        Telemetry {
            shared: Arc::new(shared),
        }
    }
}

/// Whether an environment variable says yes.
#[expect(
    clippy::disallowed_methods,
    reason = "a builder option names the variable"
)]
fn is_set(variable: &str) -> bool {
    std::env::var(variable).is_ok_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("sdk", &self.sdk)
            .finish_non_exhaustive()
    }
}
