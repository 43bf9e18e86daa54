//! `SdkVersion` and `client-request-id`, the telemetry headers of Microsoft Graph clients.
//!
//! The headers identify the libraries behind a request. They are specified by
//! microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`. Graph uses `SdkVersion` for no
//! performance purpose, so do not measure performance with it.
//!
//! 1. Build an [`SdkVersion`] once per client, and pass it to [`Headers`].
//! 2. Apply the headers to every attempt of every request: by hand, with the tower layer (feature
//!    `tower`), or with the `reqwest-middleware` handler (feature `reqwest-middleware`).
//! 3. Record features of a single call, such as paging, with [`feature_used`] in the scope of a
//!    [`RequestContext`].
//!
//! This module works without an acquisition. The headers contain only products, feature bits, names
//! of the operating system and runtime, and a random id; data about users, tenants, paths, or queries
//! cannot reach them.
//!
//! [`read`] parses the headers of all Graph SDKs.
//!
//! # Examples
//!
//! ```
//! use token_telemetry::graph::{FeatureUsage, Headers, Product, SdkVersion};
//!
//! let sdk_version = SdkVersion::builder()
//!     .service(const { Product::from_static("graph-rust", "1.4.0") })
//!     .core(const { Product::from_static("graph-rust-core", "1.16.0") })
//!     .feature_usage(FeatureUsage::RETRY_HANDLER)
//!     .build()?;
//! let headers = Headers::new(sdk_version);
//!
//! let mut request = http::Request::get("https://graph.microsoft.com/v1.0/me").body(())?;
//! headers.apply_to(&mut request);
//! assert!(request.headers().contains_key("sdkversion"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod application_features;
mod applied;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod attempts;
mod builder;
mod comment;
mod context;
mod feature_usage;
mod headers;
mod host;
mod level;
mod product;
pub mod read;
mod sdk_version;

pub use self::application_features::{
    ApplicationFeatures, FIRST_APPLICATION_BIT, LAST_APPLICATION_BIT,
};
pub use self::applied::Applied;
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub(crate) use self::attempts::Asked;
pub use self::builder::{DEFAULT_BUDGET, InvalidSdkVersion, SdkVersionBuilder};
pub use self::comment::{Comment, Key};
pub use self::context::{RequestContext, RequestFuture, RequestGuard, feature_used};
pub use self::feature_usage::{DotnetFeatureUsage, FeatureUsage, InvalidFeatureUsage};
pub use self::headers::{Headers, OddRequestId};
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
pub(crate) use self::host::GraphHost;
pub use self::host::{Hosts, InvalidHost};
pub use self::level::Level;
pub use self::product::{InvalidProduct, Product};
pub use self::sdk_version::{DroppedPart, SDK_VERSION, SdkVersion};
