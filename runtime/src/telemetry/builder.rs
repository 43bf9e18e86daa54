//! Builds a `Telemetry`.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::rejected_token::RejectedToken;
use super::shard::{Core, Shards};
use super::{BuildError, Telemetry};
use crate::acquisition::{Clock, ClockSource, Defaults, InFlightTable};
use crate::advice::{Advice, AliveInstance};
use crate::client::ClientInfo;
use crate::entra::{self, Claims, Dialect, ExtraSku, Header};
use crate::newest_tokens::NewestTokens;
use crate::observer::{Observer, Observers};
#[cfg(feature = "otel")]
use crate::otel::{Metrics, MetricsRecorder, Sources};
use crate::recent::RecentRecords;
#[cfg(feature = "tracing")]
use crate::span::{SpanOptions, Spans};
use crate::totals::{Counters, SHARDS};
use crate::wire::{host_of, is_variable_on};

/// A builder of [`Telemetry`], returned by [`Telemetry::builder`].
///
/// # Examples
///
/// ```
/// use token_telemetry::Telemetry;
/// use token_telemetry::entra::Dialect;
///
/// let telemetry = Telemetry::builder()
///     .sdk("Contoso.Auth", "1.2.0")
///     .dialect(Dialect::default())
///     .recent_capacity(16)
///     .build()?;
/// # Ok::<(), token_telemetry::BuildError>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct TelemetryBuilder {
    client: ClientInfo,
    sdk: Option<(Cow<'static, str>, Cow<'static, str>)>,
    platform: Option<(&'static str, &'static str)>,
    clock: ClockSource,
    dialect: Dialect,
    device_model: Option<Cow<'static, str>>,
    app: Option<(Cow<'static, str>, Cow<'static, str>)>,
    broker_version: Option<Cow<'static, str>>,
    source_sku: Option<Cow<'static, str>>,
    claims: Claims,
    pub(super) defaults: Defaults,
    opt_out_variable: Option<Cow<'static, str>>,
    authorities: Option<Vec<String>>,
    /// Position of the first entry of the list without a host.
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
            broker_version: None,
            source_sku: None,
            claims: Claims::default(),
            defaults: Defaults::default(),
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

    /// Sets name and version of the SDK, for the identity headers and the metrics.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", env!("CARGO_PKG_VERSION")).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn sdk(
        mut self,
        sku: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.sdk = Some((sku.into(), version.into()));
        self
    }

    /// Sets the identity of the SDK as a checked value.
    ///
    /// [`sdk`](Self::sdk) and its siblings override it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::ClientInfo;
    ///
    /// const CLIENT: ClientInfo = ClientInfo::from_static("Contoso.Auth", "1.2.0");
    /// let telemetry = Telemetry::builder().client(CLIENT).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn client(mut self, client: ClientInfo) -> Self {
        self.client = client;
        self
    }

    /// Sets operating system and processor to report.
    ///
    /// For tests that must not depend on the machine.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().platform("Linux", "x64").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn platform(mut self, os: &'static str, cpu: &'static str) -> Self {
        self.platform = Some((os, cpu));
        self
    }

    /// Sets the clock that measures durations.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    /// use token_telemetry::acquisition::Clock;
    /// use token_telemetry::Telemetry;
    ///
    /// struct SinceStart(Instant);
    ///
    /// impl Clock for SinceStart {
    ///     fn now(&self) -> Duration {
    ///         self.0.elapsed()
    ///     }
    /// }
    ///
    /// let telemetry = Telemetry::builder().clock(SinceStart(Instant::now())).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = ClockSource::custom(clock);
        self
    }

    /// Sets the dialect of the telemetry headers.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::entra::Dialect;
    ///
    /// let telemetry = Telemetry::builder().dialect(Dialect::default().without_last()).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn dialect(mut self, dialect: Dialect) -> Self {
        self.dialect = dialect;
        self
    }

    /// Sets the model of the device, for the header `x-client-DM`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().device_model("iPhone14,5").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn device_model(mut self, model: impl Into<Cow<'static, str>>) -> Self {
        self.device_model = Some(model.into());
        self
    }

    /// Sets name and version of the application.
    ///
    /// For dialects that send `x-app-name` and `x-app-ver`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().app("Contoso Mail", "7.0").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn app(
        mut self,
        name: impl Into<Cow<'static, str>>,
        version: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.app = Some((name.into(), version.into()));
        self
    }

    /// Sets the version of the broker that sends the requests, for the header `x-client-brkrver`.
    ///
    /// The dialects of MSAL for Apple and Android send it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::Dialect};
    ///
    /// let telemetry = Telemetry::builder()
    ///     .sdk("MSAL.Android", "5.4.0")
    ///     .dialect(Dialect::msal_android())
    ///     .broker_version("6.1.2")
    ///     .build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn broker_version(mut self, version: impl Into<Cow<'static, str>>) -> Self {
        self.broker_version = Some(version.into());
        self
    }

    /// Sets the SKU of the SDK for which a broker sends the requests.
    ///
    /// The dialect of MSAL for Apple sends it as `x-client-src-SKU`. A broker that serves several SDKs
    /// creates one `Telemetry` for each.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, entra::Dialect};
    ///
    /// let telemetry = Telemetry::builder()
    ///     .sdk("Contoso.Broker", "1.2")
    ///     .dialect(Dialect::msal_apple())
    ///     .source_sku("MSAL.iOS")
    ///     .build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn source_sku(mut self, sku: impl Into<Cow<'static, str>>) -> Self {
        self.source_sku = Some(sku.into());
        self
    }

    /// Sets the libraries below and above the SDK, for the header `x-client-xtra-sku`.
    pub fn extra_sku(mut self, extra_sku: ExtraSku) -> Self {
        self.claims.extra_sku = Some(extra_sku);
        self
    }

    /// Declares that the SDK honors `Retry-After` and sends nothing more after a 429.
    ///
    /// Sends `x-ms-lib-capability`. The server relies on it, so call this only if the SDK does all of
    /// that.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().honors_retry_after().build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn honors_retry_after(mut self) -> Self {
        self.claims.honors_retry_after = true;
        self
    }

    /// Sets the environment variable that switches off every header.
    ///
    /// [`build`](Self::build) reads it once: `1`, `true`, `yes`, or `on`, in upper or lower
    /// case, switches the headers off.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().opt_out_variable("CONTOSO_AUTH_NO_TELEMETRY").build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn opt_out_variable(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.opt_out_variable = Some(name.into());
        self
    }

    /// Restricts telemetry headers to these hosts; without this, every token endpoint gets them.
    ///
    /// Entries are hosts, or URLs of which only the host counts. Headers are removed from requests to
    /// other hosts, and failures there are not reported. [`build`](Self::build) fails if an entry has no
    /// host.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().authorities(["login.microsoftonline.com", "login.microsoftonline.us"]).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn authorities<H: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = H>) -> Self {
        let hosts: Vec<_> = hosts
            .into_iter()
            .map(|host| host_of(host.as_ref()))
            .collect();
        let invalid = hosts.iter().position(Option::is_none);
        self.invalid_authority = invalid.map(|index| index + 1);
        self.authorities = Some(hosts.into_iter().flatten().collect());
        self
    }

    /// Adds an observer of finished acquisitions.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    /// use token_telemetry::{AcquisitionRecord, Observer};
    ///
    /// struct Log;
    ///
    /// impl Observer for Log {
    ///     fn finished(&self, record: &AcquisitionRecord) {
    ///         println!("{record:?}");
    ///     }
    /// }
    ///
    /// let telemetry = Telemetry::builder().observer(Log).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Sets how many records [`Telemetry::recent_records`] keeps; none by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().recent_capacity(100).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    pub fn recent_capacity(mut self, count: usize) -> Self {
        self.kept = count;
        self
    }

    /// Sets level and target of the span that each acquisition opens.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{SpanOptions, Telemetry};
    ///
    /// let spans = SpanOptions::new().with_target("contoso::auth");
    /// let telemetry = Telemetry::builder().span(spans).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[cfg(feature = "tracing")]
    pub fn span(mut self, options: SpanOptions) -> Self {
        self.span = options;
        self
    }

    /// Sets which OpenTelemetry metrics are recorded, and through which provider.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::{Telemetry, otel::Metrics};
    ///
    /// let telemetry = Telemetry::builder().metrics(Metrics::off()).build()?;
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
    #[cfg(feature = "otel")]
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = metrics;
        self
    }

    /// Builds the instance.
    ///
    /// # Errors
    ///
    /// If the SKU or another text cannot be sent, or an entry of
    /// [`authorities`](Self::authorities) has no host.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::builder().sdk("Contoso.Auth", "1.2.0").build()?;
    /// assert_eq!(telemetry.client().sku(), Some("Contoso.Auth"));
    /// # Ok::<(), token_telemetry::BuildError>(())
    /// ```
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
        if let Some(version) = self.broker_version.take() {
            client = client.with_broker_version(version)?;
        }
        if let Some(sku) = self.source_sku.take() {
            client = client.with_source_sku(sku)?;
        }
        if self.opt_out_variable.as_deref().is_some_and(is_variable_on) {
            self.dialect = self.dialect.without_headers();
        }
        Ok(self.build_with(client))
    }

    pub(super) fn build_with(self, client: ClientInfo) -> Telemetry {
        let of_one_attempt = [
            (Header::CurrentTelemetry, entra::CURRENT_TELEMETRY),
            (Header::LastTelemetry, entra::LAST_TELEMETRY),
        ];
        let rewritten = of_one_attempt
            .into_iter()
            .filter_map(|(header, name)| self.dialect.sends(header).then_some(name));
        let in_flight = InFlightTable::new(SHARDS, self.clock.clone());
        let tokens = Arc::new(NewestTokens::new(self.clock.clone()));
        #[cfg(feature = "otel")]
        let sources = Sources::new(&in_flight, &tokens);
        let core = Core {
            tokens,
            clock: self.clock,
            advice: Advice::new(self.claims.honors_retry_after),
            _alive: AliveInstance::new(client.sku()),
            rewritten: rewritten.collect(),
            entra: entra::Headers::new(self.dialect, &client, &self.claims),
            authorities: self.authorities,
            totals: Counters::default(),
            in_flight,
            observers: Observers::new(self.observers),
            recent: RecentRecords::new(self.kept),
            rejected_token: RejectedToken::default(),
            #[cfg(feature = "tracing")]
            spans: Spans::new(self.span),
            #[cfg(feature = "otel")]
            metrics: MetricsRecorder::observing(self.metrics, &client, sources)
                .with_default_caller(self.defaults.caller_sdk()),
            defaults: self.defaults,
            client,
        };
        Telemetry {
            shards: Arc::new(Shards::new(core)),
        }
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("sdk", &self.sdk)
            .finish_non_exhaustive()
    }
}
