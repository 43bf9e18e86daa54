//! How a `Telemetry` is put together.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{BuildError, Instance, Shards, Shared, Telemetry};
use crate::acquisition::{Clock, ClockSource};
use crate::client::ClientInfo;
use crate::entra::{self, Claims, Dialect, ExtraSku, Header};
use crate::observer::{Observer, Observers};
#[cfg(feature = "otel")]
use crate::otel::{Metrics, MetricsRecorder};
use crate::recent::RecentRecords;
#[cfg(feature = "tracing")]
use crate::span::{SpanOptions, Spans};
use crate::totals::Counters;
use crate::wire::{host_of_authority, host_of_url};

/// Builder of [`Telemetry`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct TelemetryBuilder {
    client: ClientInfo,
    sdk: Option<(Cow<'static, str>, Cow<'static, str>)>,
    platform: Option<(&'static str, &'static str)>,
    clock: ClockSource,
    dialect: Dialect,
    device_model: Option<Cow<'static, str>>,
    app: Option<(Cow<'static, str>, Cow<'static, str>)>,
    claims: Claims,
    opt_out_variable: Option<Cow<'static, str>>,
    authorities: Option<Vec<String>>,
    /// Position of the first entry of the list that names no host.
    invalid_authority: Option<usize>,
    observers: Vec<Box<dyn Observer>>,
    kept: usize,
    #[cfg(feature = "tracing")]
    span: SpanOptions,
    #[cfg(feature = "otel")]
    metrics: Metrics,
}

impl TelemetryBuilder {
    pub(super) fn new() -> Self {
        Self {
            client: ClientInfo::detect(),
            sdk: None,
            platform: None,
            clock: ClockSource::default(),
            dialect: Dialect::default(),
            device_model: None,
            app: None,
            claims: Claims::default(),
            opt_out_variable: None,
            authorities: None,
            invalid_authority: None,
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

    /// Identity of the SDK as a checked value; [`sdk`](Self::sdk) and its siblings change it.
    pub fn client(mut self, client: ClientInfo) -> Self {
        self.client = client;
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
    pub fn honors_retry_after(mut self) -> Self {
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
    /// Hosts or URLs, of which only the host counts; [`build`](Self::build) fails if an entry names
    /// none. From requests to other hosts the headers are removed again, and failures there are not
    /// reported.
    pub fn authorities<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let hosts: Vec<_> = hosts
            .into_iter()
            .map(|host| host_in(host.as_ref()))
            .collect();
        let invalid = hosts.iter().position(Option::is_none);
        self.invalid_authority = invalid.map(|index| index + 1);
        self.authorities = Some(hosts.into_iter().flatten().collect());
        self
    }

    /// One more receiver of finished acquisitions.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Keeps the last records for [`Telemetry::recent_records`]; none by default.
    pub fn recent_capacity(mut self, count: usize) -> Self {
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
    /// If the SKU or another text cannot be sent, or an entry of
    /// [`authorities`](Self::authorities) names no host.
    pub fn build(mut self) -> Result<Telemetry, BuildError> {
        if let Some(position) = self.invalid_authority {
            return Err(BuildError::authority(position));
        }
        let mut client = std::mem::take(&mut self.client);
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

    pub(super) fn build_with(self, client: ClientInfo) -> Telemetry {
        let of_one_try = [
            (Header::CurrentTelemetry, entra::CURRENT_TELEMETRY),
            (Header::LastTelemetry, entra::LAST_TELEMETRY),
        ];
        let rewritten = of_one_try
            .into_iter()
            .filter_map(|(header, name)| self.dialect.sends(header).then_some(name));
        let shared = Arc::new(Shared {
            clock: self.clock,
            rewritten: rewritten.collect(),
            entra: entra::Headers::new(self.dialect, &client, &self.claims),
            authorities: self.authorities,
            totals: Counters::default(),
            observers: Observers::new(self.observers),
            recent: RecentRecords::new(self.kept),
            #[cfg(feature = "tracing")]
            spans: Spans::new(self.span),
            #[cfg(feature = "otel")]
            metrics: MetricsRecorder::new(self.metrics, &client),
            client,
        });
        let shards = Shards::new(&shared);
        Telemetry {
            instance: Arc::new(Instance { shared, shards }),
        }
    }
}

/// Host of a host or a URL.
fn host_in(text: &str) -> Option<String> {
    let host = if text.contains("://") {
        host_of_url(text)
    } else {
        host_of_authority(text)
    };
    host.map(Cow::into_owned)
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
