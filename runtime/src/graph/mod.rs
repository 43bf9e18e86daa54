//! Headers that tell Microsoft Graph which libraries made a request: `SdkVersion` and
//! `client-request-id`.
//!
//! The contract is microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`. Put a
//! [`SdkVersion`] together once, give it to [`Headers`], and apply that to every attempt of every
//! request: by hand, or with the layer of feature `tower` or the handler of feature
//! `reqwest-middleware`. What one call does besides, such as reading the next page, is told with
//! [`feature_used`] in the scope of a [`RequestContext`].
//!
//! Nothing here reads an acquisition, and nothing of a user, a tenant, a path or a query can reach
//! the headers: they are made of products, feature bits, the machine's names and a random id.
//!
//! [`read`] understands what every SDK sends, ours included.

mod application_features;
mod builder;
mod comment;
mod const_text;
mod context;
mod feature_usage;
mod headers;
mod host;
mod level;
mod product;
pub mod read;
mod sdk_version;
mod value_cache;

pub use self::application_features::{
    ApplicationFeatures, FIRST_APPLICATION_BIT, LAST_APPLICATION_BIT,
};
pub use self::builder::{Cut, DEFAULT_BUDGET, InvalidSdkVersion, SdkVersionBuilder};
pub use self::comment::{Comment, Key};
pub use self::context::{EnteredRequest, InRequest, RequestContext, feature_used};
pub use self::feature_usage::{DotnetFeatureUsage, FeatureUsage, InvalidFeatureUsage};
pub use self::headers::{Applied, Headers, OddRequestId};
pub use self::host::{Hosts, InvalidHost};
pub use self::level::Level;
pub use self::product::{InvalidProduct, Product};
pub use self::sdk_version::{SDK_VERSION, SdkVersion};
