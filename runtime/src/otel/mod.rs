//! OpenTelemetry metrics, in two sets that may be recorded side by side.
//!
//! [`Metrics`] chooses; without it the base MSAL set goes to the global meter provider. Only the
//! API crate is used: where no application installs a provider, a cache hit pays two nanoseconds.
//!
//! It is `opentelemetry` 0.33. Each version of that crate has a global provider of its own, so an
//! application that installs its provider with another version exports none of these metrics.
//!
//! # The MSAL set
//!
//! Meter [`MSAL_METER`], with MSAL.NET's names, units, attributes and value types, so that existing
//! dashboards show these SDKs too. Attributes are always present. Where nothing is known, source,
//! caller and server codes are empty, the level is `None`, the reason `NotApplicable`, and the type
//! of the token that of a bearer token.
//!
//! | situation | what is recorded |
//! |---|---|
//! | a token for a caller | `MsalSuccess`, `MsalTotalDuration.1A` (extended: `…V2.1A`), `MsalRemainingTokenLifetime.1A` |
//! | … from the memory cache | also `MsalDurationInL1CacheInUs.1B` |
//! | … from an outer cache | also `MsalDurationInL2Cache.1A` |
//! | … from the identity provider | also `MsalDurationInHttp.1A` (extended: `…V2.1A`) |
//! | … made presentable first | also `MsalDurationInExtensionInMs.1B` |
//! | "not yet" ([`Outcome::Pending`](crate::Outcome::Pending)) | nothing |
//! | a failure, a panic, a cancelled call | `MsalFailure`; extended: `MsalTotalDurationV2.1A`, and `MsalDurationInHttpV2.1A` if there was a request |
//! | a refresh in the background | the same without the times that a caller waits for |
//!
//! A time that nobody measured is not recorded. [`Metrics::msal_net_compat`] records zeros instead,
//! and reproduces the other places where MSAL.NET's own values differ.
//!
//! # The second set
//!
//! Meter [`METER`], by the conventions of OpenTelemetry: seconds, one histogram for all outcomes,
//! attributes only where they say something. The SDK's name and version are attributes of the scope.
//!
//! | metric | attributes |
//! |---|---|
//! | `token_telemetry.acquisition.duration` | `token_telemetry.api.name`, `token_telemetry.token.source`, `token_telemetry.cache.level`, `token_telemetry.refresh.reason`, `error.type` |
//! | `token_telemetry.refresh.duration` | the same for refreshes in the background, without the level |
//! | `token_telemetry.token_request.duration` | `token_telemetry.api.name`, `http.response.status_code`, `error.type` |
//! | `token_telemetry.token.remaining_lifetime` | `token_telemetry.api.name`, `token_telemetry.token.source`, `token_telemetry.cache.level` |
//!
//! `error.type` is there on failures only. A cancelled call has `operation_canceled`, a panicked one
//! `panicked`, a code for which there is no room `_OTHER`.
//!
//! # Cardinality
//!
//! Error codes, `AADSTS` numbers and callers come from outside, so their number is bounded. One
//! source of them, which is one function of the SDK with one authority, may bring in 128 different
//! codes, numbers and callers, and 960 combinations of everything; further sources have what the
//! earlier ones leave, a fifth at first. So an authority that never repeats a code blinds no other.
//! The names of 64 functions are told apart, for all authorities together.
//!
//! Beyond that a code, number, caller or function is `other`. Of an acquisition that is a combination
//! too many, or of a function too many, code, number and caller are `other`, and the HTTP status is 0
//! or absent; outcome, source, level, reason and type stay. Where even those are too many, the reason
//! is `NotApplicable` or absent, and the type that of a bearer token. A warning is logged once. So
//! every metric of one client stays below the 2000 attribute sets that the SDK allows. What an
//! enricher adds is the application's own to keep small.
//!
//! # Providers
//!
//! An explicit provider is used from the start. The global one is looked up when the first
//! acquisition ends, and again whenever one ends that failed or made a token request; cache hits
//! look once per [`PROVIDER_CHECK_INTERVAL`]. A provider that is installed late or replaced therefore
//! misses at most the hits of one interval after it was installed. Earlier acquisitions are in
//! [`totals`](crate::Telemetry::totals), and in no metric.
//!
//! Instruments are made outside of all locks of this crate, never on a thread on which the SDK
//! collects or exports: an acquisition that ends there before there are instruments is not recorded.
//! An application that collects on a thread of its own, through a manual reader, must not let the
//! very first acquisition happen inside a callback of an instrument.
//!
//! # Bound instruments
//!
//! The feature `otel-bound` resolves each attribute set once and records through a handle, for about
//! a tenth of the cost. The output is the same. It switches on an experimental flag of
//! `opentelemetry_sdk` for the whole program, with which the SDK also reports metrics about itself
//! (`otel.sdk.*`). An explicit `SdkMeterProvider` is bound at once; any other provider, the global
//! one included, after it has kept a new attribute set, which shows that it really binds. Handles go
//! back once a minute while acquisitions go on, so that the SDK can drop idle sets.
//!
//! # Views
//!
//! [`Metric`] is the published catalog; a view is made from its name, boundaries and attributes
//! with any version of the SDK. The feature `otel-views` has two ready-made ones.
//!
//! ```
//! use token_telemetry::otel::Metric;
//!
//! for metric in Metric::ALL {
//!     let keys: Vec<&str> = metric.attributes().collect();
//!     println!("{} {:?} {:?} {keys:?}", metric.name(), metric.unit(), metric.boundaries());
//! }
//! ```

mod attribute_builder;
#[cfg(feature = "otel-bound")]
mod bound;
mod catalog;
mod enricher;
mod instruments;
mod interner;
mod measurements;
mod metrics;
mod provider;
mod quota;
mod recorder;
mod series_cache;
mod series_key;
#[cfg(feature = "otel-views")]
pub mod views;

/// The API crate whose types stand in this module's signatures.
#[doc(no_inline)]
pub use opentelemetry;

pub use catalog::{METER, MSAL_METER, MSAL_METER_VERSION, Metric, MetricKind, SCHEMA_URL};
pub use enricher::{ExtraAttributes, MAX_EXTRA_ATTRIBUTES};
pub use metrics::{EXTENDED_METRICS_VARIABLE, Metrics, MsalSet};
pub use recorder::{MetricsRecorder, PROVIDER_CHECK_INTERVAL};
