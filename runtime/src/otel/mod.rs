//! OpenTelemetry metrics, in two sets that can be recorded side by side.
//!
//! [`Metrics`] selects the sets and the meter provider. By default, the base MSAL set goes to the
//! global meter provider. This crate depends on the OpenTelemetry API only: as long as no
//! application installs a provider, a cache hit costs two extra nanoseconds.
//!
//! The API version is `opentelemetry` 0.33. Each version of that crate has its own global provider,
//! so an application that installs a provider through another version exports none of these metrics.
//!
//! # The MSAL set
//!
//! The meter [`MSAL_METER`] uses MSAL.NET's names, units, attributes and value types, so existing
//! dashboards work for these SDKs too. Every attribute is always present. If a value is unknown,
//! source, caller and server codes are empty, the level is `None`, the reason is `NotApplicable`, and
//! the token type is that of a bearer token.
//!
//! | situation | what is recorded |
//! |---|---|
//! | a token for a caller | `MsalSuccess`, `MsalTotalDuration.1A` (extended: `…V2.1A`), `MsalRemainingTokenLifetime.1A` |
//! | … from the in-memory cache | also `MsalDurationInL1CacheInUs.1B` |
//! | … from an outer cache | also `MsalDurationInL2Cache.1A` |
//! | … from the identity provider | also `MsalDurationInHttp.1A` (extended: `…V2.1A`) |
//! | … post-processed, for example signed | also `MsalDurationInExtensionInMs.1B` |
//! | "not yet" ([`Outcome::Pending`](crate::Outcome::Pending)) | nothing |
//! | no token, no error ([`Outcome::NoToken`](crate::Outcome::NoToken)) | nothing |
//! | a failure, a panic, a cancelled call | `MsalFailure`; extended: `MsalTotalDurationV2.1A`, and `MsalDurationInHttpV2.1A` if there was a request |
//! | a background refresh | the same, without the durations that a caller waits for |
//!
//! A duration that was not measured is not recorded. [`Metrics::msal_net_compat`] records zeros
//! instead, and reproduces the other values in which a release of MSAL.NET differs.
//!
//! # The second set
//!
//! The meter [`METER`] follows OpenTelemetry's conventions: durations in seconds, one histogram for
//! all outcomes, and an attribute only if it has a value. The SDK's name and version are attributes
//! of the instrumentation scope.
//!
//! | metric | attributes |
//! |---|---|
//! | `token_telemetry.acquisition.duration` | `token_telemetry.api.name`, `token_telemetry.token.source`, `token_telemetry.cache.level`, `token_telemetry.refresh.reason`, `error.type`, `error.kind`, `error.suberror` |
//! | `token_telemetry.refresh.duration` | the same for background refreshes, without level and suberror |
//! | `token_telemetry.token_request.duration` | `token_telemetry.api.name`, `token_telemetry.request.purpose`, `http.response.status_code`, `error.type`, `server.address`, `http.request.resend_count` |
//! | `token_telemetry.throttled.duration` | `token_telemetry.api.name` |
//! | `token_telemetry.token.remaining_lifetime` | `token_telemetry.api.name`, `token_telemetry.token.source`, `token_telemetry.cache.level` |
//! | `token_telemetry.stale_tokens` | `token_telemetry.api.name` |
//! | `token_telemetry.waiting.duration` | `token_telemetry.api.name` |
//! | `token_telemetry.suppressed_errors` | `token_telemetry.api.name`, `error.type` |
//! | `token_telemetry.unextended_tokens` | `token_telemetry.api.name` |
//! | `token_telemetry.cache.lookups` | `token_telemetry.api.name`, `token_telemetry.cache.level`, `token_telemetry.cache.result` |
//! | `token_telemetry.cache.lookup.duration` | the same |
//! | `token_telemetry.cache.duration` | the same |
//! | `token_telemetry.credential.duration` | `token_telemetry.credential`, `token_telemetry.managed_identity.source`, `error.kind` |
//! | `token_telemetry.triggered_refreshes` | `token_telemetry.api.name`, `token_telemetry.refresh.trigger` |
//! | `token_telemetry.rejected_tokens` | `error.type` |
//! | `token_telemetry.graph.requests` | `http.request.method`, `http.response.status_code`, `error.type`, `server.address`, `http.request.resend_count`, `token_telemetry.graph.claims_challenges` |
//! | `token_telemetry.acquisitions.in_flight` | `token_telemetry.api.name` |
//! | `token_telemetry.acquisitions.oldest_age` | `token_telemetry.api.name` |
//! | `token_telemetry.token.expires_in` | `token_telemetry.api.name`, `token_telemetry.credential` |
//!
//! Only failures have an `error.type`. It is `operation_canceled` for a cancelled call, `panicked`
//! for a panic, and `_OTHER` for error codes beyond the limit below. Of a rejected token it is the
//! status, `401` or `403`, and `_OTHER` for any other.
//!
//! With the type comes an `error.kind`, the [name](crate::error::ErrorKind::name) of the kind. An alert
//! on failures leaves out `interaction_required`, `consent_required` and `cancelled`, since
//! [nothing is broken](crate::error::ErrorKind::is_expected) then. The `error.suberror` of a failure is
//! recorded if its meaning is known, as the docs of [`ErrorKind`](crate::error::ErrorKind) list.
//!
//! A call that returned no token and no error is in `token_telemetry.acquisition.duration`, or in
//! `token_telemetry.refresh.duration`, without `error.type`; its `token_telemetry.token.source` is
//! `none`.
//!
//! `token_telemetry.cache.duration` has one value per acquisition that
//! [measured a cache](crate::Acquisition::time_in_cache) or a lookup, unless the token was in the memory
//! of the process. Its result is `hit` if a cache had the token, else `error` if a recorded lookup failed,
//! else `miss`. It is absent if the acquisition was dropped without a recorded lookup. The level is that of
//! the cache or lookup that decided the result, if it was recorded.
//!
//! `token_telemetry.credential.duration` records the acquisitions that
//! [recorded a credential](crate::Acquisition::record_credential), or have
//! [that of the client](crate::TelemetryBuilder::default_credential), and got no token from a cache, by
//! the [name](crate::credential::CredentialKind::name) of its kind. The names of 16 custom kinds are kept;
//! further ones are `_OTHER`. A separate metric, without the function, keeps cache hits free of this cost
//! and uses none of the series of other metrics. It omits the failed members of a chain.
//!
//! `token_telemetry.token_request.duration` has one value per HTTP attempt, recorded when the attempt
//! ends, whatever happens to its acquisition later. As in the conventions for HTTP, its `error.type` is
//! a status from 400, or the [code](crate::TransportError::code) of a failure without a response. It is
//! `operation_canceled` for a request that was dropped, and `_OTHER` for a status that HTTP does not
//! have. The "not yet" of a polling flow is no failure. `server.address` is present for hosts that all
//! tenants of a cloud share. `http.request.resend_count` is the number of earlier attempts of the
//! acquisition with the same purpose, if there were any, and 9 if there were more.
//!
//! `token_telemetry.graph.requests` counts requests to Microsoft Graph when they end, only if a layer of
//! [`middleware`](crate::middleware) has a [`Telemetry`](crate::Telemetry). All attempts are one request:
//! `http.request.resend_count` and `token_telemetry.graph.claims_challenges` are at most 9 and missing
//! instead of zero. `server.address` is present for Graph's own hosts, and `error.type` is as above.
//!
//! The metrics of acquisitions in flight are read whenever metrics are collected, so they show an acquisition *while* it
//! hangs: how many are in flight, and the age of the oldest. Both are zero once a function that had
//! a value has none in flight. Clients of one SDK on the same provider share them: counts add up, and
//! the greatest age counts.
//!
//! `token_telemetry.token.expires_in` is read in the same way: the seconds until the newest token of a
//! function expires, by credential if the SDK recorded one, and zero from then on. It falls while
//! nothing refreshes the token, even if nobody calls the SDK. Only new tokens of known lifetime count.
//! Of several clients, the token that expires last counts. The first 64 pairs of a function and a
//! credential have their own values; further ones share the function `other`, without a credential.
//!
//! # The set of a token endpoint
//!
//! An identity provider that puts `TokenEndpointLayer`, which needs the feature `tower`, around its token
//! endpoint records [`Metric::SERVER`] through the meter [`SERVER_METER`]: what arrives, and what clients
//! report about their caches and failures. [The guide](crate::guide::token_endpoint) lists the metrics, their
//! attributes and their limits. Acquisitions never record them.
//!
//! # Cardinality
//!
//! Error codes, `AADSTS` numbers and callers come from outside, so their number is limited. The limit
//! is per origin, which is one function of the SDK with one authority: an origin can add 128 codes,
//! 128 numbers, 128 callers, and 960 combinations of attribute values. Later origins share what the
//! earlier ones leave, which is a fifth at first. An authority that never repeats a code therefore
//! cannot hide the codes of another. Function names are limited to 64, over all authorities.
//!
//! Beyond its limit, a code, number, caller or function is recorded as `other`. In a combination
//! beyond the limit, and for a function beyond the limit, code, number and caller are `other` and
//! the HTTP status is 0 or absent, and the suberror absent; outcome, source, level, reason, token type and kind of error are
//! kept. If there are too many even of those, the reason is `NotApplicable` or absent, the token type is
//! that of a bearer token, the kind of error is `unknown`, and a call without a token has no source. A
//! warning is logged once. Every metric of one client thus stays below the 2000 attribute sets that the
//! SDK allows.
//!
//! Attempts have a separate limit: an origin can add 512 combinations, and all of them 640. Beyond
//! that, an attempt has its function, its purpose, and the `error.type` `_OTHER` if it failed.
//!
//! Requests to Microsoft Graph have a limit of 640 combinations. Beyond it, a request has its method, and
//! the `error.type` `_OTHER` if it failed.
//!
//! Of the pairs of a function and the code of a suppressed error, an origin can add 128; the code of
//! further ones is `_OTHER`.
//!
//! Attributes that an enricher adds are not limited: the
//! application has to keep their values few.
//!
//! # Providers
//!
//! An explicit provider is used from the start. The global provider is looked up when the first
//! acquisition ends, and again whenever an acquisition ends that failed or sent a token request;
//! cache hits look it up once per [`PROVIDER_CHECK_INTERVAL`]. A provider that is installed late or
//! replaced thus misses at most the cache hits of one interval. Acquisitions before that are counted
//! in [`totals`](crate::Telemetry::totals), but not in any metric.
//!
//! Instruments are created outside all locks of this crate, and never on a thread on which the SDK
//! collects or exports: an acquisition that ends there before instruments exist is not recorded. An
//! application that collects on its own thread, through a manual reader, must not run its very first
//! acquisition inside an instrument callback.
//!
//! # Exporters that acquire tokens
//!
//! The credential of an exporter may be annotated itself: each export would then cause new metrics and
//! spans, which have to be exported. While OpenTelemetry suppresses telemetry on a thread, as its SDK
//! does on the threads that collect and export, an acquisition that ends there is not recorded, and one
//! that begins there opens no span. Headers, [`totals`](crate::Telemetry::totals), observers and the
//! metrics that are read during a collection have it as usual.
//!
//! # Bound instruments
//!
//! The feature `otel-bound` resolves each attribute set once and records through a bound instrument,
//! at about a tenth of the cost. The output is the same. The feature enables an experimental feature
//! of `opentelemetry_sdk` for the whole program, with which the SDK also reports metrics about
//! itself (`otel.sdk.*`).
//!
//! Only an `SdkMeterProvider` that is passed to [`Metrics::with_provider`] is bound. An instrument of
//! another type may drop everything that is recorded through its bound form, and the global provider
//! does not reveal its type, so both are used through the stable API. If your application installs a
//! global provider, pass a clone of it to get bound instruments:
//!
//! ```
//! use opentelemetry::global;
//! use opentelemetry_sdk::metrics::SdkMeterProvider;
//! use token_telemetry::Telemetry;
//! use token_telemetry::otel::Metrics;
//!
//! let provider = SdkMeterProvider::builder().build();
//! global::set_meter_provider(provider.clone());
//! let telemetry = Telemetry::builder().metrics(Metrics::with_provider(provider)).build()?;
//! # Ok::<(), token_telemetry::BuildError>(())
//! ```
//!
//! Bound instruments are released once a minute while acquisitions go on, so that the SDK can drop idle
//! attribute sets.
//!
//! # Views
//!
//! [`Metric`] is the published catalog: its names, boundaries and attributes are all you need to
//! define a view with any version of the SDK. The feature `otel-views` adds two predefined views.
//!
//! # Examples
//!
//! ```
//! use token_telemetry::Telemetry;
//! use token_telemetry::otel::Metrics;
//!
//! let telemetry = Telemetry::builder()
//!     .sdk("Contoso.Auth", "1.2.0")
//!     .metrics(Metrics::default().semantic_conventions())
//!     .build()?;
//! # Ok::<(), token_telemetry::BuildError>(())
//! ```
//!
//! List the catalog, for example to define views:
//!
//! ```
//! use token_telemetry::otel::Metric;
//!
//! for metric in Metric::ALL {
//!     let keys: Vec<&str> = metric.attributes().collect();
//!     println!("{} {:?} {:?} {keys:?}", metric.name(), metric.unit(), metric.boundaries());
//! }
//! ```

mod attempts;
mod attributes;
#[cfg(feature = "otel-bound")]
mod bound;
mod bounded_table;
mod catalog;
mod descriptions;
mod enricher;
mod events;
mod gauge_group;
mod gauges;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod graph_requests;
mod instruments;
mod interner;
mod measurements;
mod metrics;
mod msal_net;
mod provider;
mod quota;
mod recorder;
mod series_cache;
mod series_key;
#[cfg(feature = "tower")]
mod server;
mod suppression;
#[cfg(feature = "otel-views")]
pub mod views;

/// The API crate whose types appear in the signatures of this module.
#[doc(no_inline)]
pub use opentelemetry;

pub use catalog::{
    METER, MSAL_METER, MSAL_METER_VERSION, Metric, MetricKind, SCHEMA_URL, SERVER_METER,
};
pub use enricher::ExtraAttributes;
pub(crate) use gauges::Sources;
pub use metrics::{Metrics, MsalSet};
pub use msal_net::MsalNetRelease;
pub use recorder::{MetricsRecorder, PROVIDER_CHECK_INTERVAL};
#[cfg(feature = "tower")]
pub use server::ServerMetrics;
#[cfg(feature = "tower")]
pub(crate) use server::{ReceivedRequest, ServerRecorder};

#[cfg(feature = "tracing")]
pub(crate) use suppression::is_suppressed;
