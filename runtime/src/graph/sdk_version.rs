//! The `SdkVersion` header: which libraries made a request, and with which features.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use super::builder::{Cut, SdkVersionBuilder};
use super::feature_usage::FeatureUsage;
use super::level::Level;
use super::product::Product;
use super::value_cache::ValueCache;

/// Name of the header; names are compared without regard to case, and sent in lower case.
pub const SDK_VERSION: HeaderName = HeaderName::from_static("sdkversion");

/// `SdkVersion`: the products behind a request, and the comment on the last one.
///
/// microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`; RFC 9110, sections
/// 5.6.1, 5.6.5 and 10.1.5. The order is application, service library, core library.
///
/// ```text
/// SdkVersion = product *( ", " product ) [ " (" pair *( "; " pair ) ")" ]
/// pair       = key "=" text
/// ```
///
/// The value is rendered once for every set of features and cloned afterwards.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Comment, FeatureUsage, Product, SdkVersion};
///
/// let sdk_version = SdkVersion::builder()
///     .service(const { Product::from_static("graph-rust-beta", "0.6.0-preview") })
///     .core(const { Product::from_static("graph-rust-core", "1.16.0") })
///     .comment(Comment::empty().host_os("linux").runtime_environment("Rust", "1.95.0"))
///     .feature_usage(FeatureUsage::RETRY_HANDLER | FeatureUsage::REDIRECT_HANDLER)
///     .build()?;
/// assert_eq!(
///     sdk_version.to_string(),
///     "graph-rust-beta/0.6.0-preview, graph-rust-core/1.16.0 \
///      (featureUsage=03; hostOS=linux; runtimeEnvironment=Rust/1.95.0)",
/// );
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Debug)]
pub struct SdkVersion {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) level: Level,
    pub(super) products: Vec<Product>,
    /// Text before the bits of the features, and after them.
    pub(super) prefix: String,
    pub(super) suffix: String,
    pub(super) sends_features: bool,
    /// Features of the client, and those that may be sent at all.
    pub(super) features: FeatureUsage,
    pub(super) sendable: FeatureUsage,
    pub(super) cut: Vec<Cut>,
    pub(super) values: ValueCache,
}

impl SdkVersion {
    /// Starts a value without products.
    #[must_use]
    pub fn builder() -> SdkVersionBuilder {
        SdkVersionBuilder::default()
    }

    /// The header's value for a request with these features, on top of the client's own.
    ///
    /// None at [`Level::Off`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use token_telemetry::graph::{Comment, FeatureUsage, Product, SdkVersion};
    /// let sdk_version = SdkVersion::builder()
    ///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
    ///     .comment(Comment::empty())
    ///     .build()?;
    /// let value = sdk_version.header_value(FeatureUsage::PAGE_ITERATOR_TASK);
    /// assert_eq!(value.unwrap(), "graph-rust-core/0.1.0 (featureUsage=400)");
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn header_value(&self, features: FeatureUsage) -> Option<HeaderValue> {
        let Shared { level, values, .. } = &*self.shared;
        if *level == Level::Off {
            return None;
        }
        let features = self.sent(features);
        values.get_or_render(features, || self.render(features).try_into().ok())
    }

    /// How much is sent.
    #[must_use]
    pub fn level(&self) -> Level {
        self.shared.level
    }

    /// The products that are written, in their order.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.shared.products
    }

    /// What was left out to stay within the budget, in the order of leaving.
    #[must_use]
    pub fn cut(&self) -> &[Cut] {
        &self.shared.cut
    }

    /// Bits that go out for a request: the client's and the request's, but no undeclared ones.
    fn sent(&self, features: FeatureUsage) -> FeatureUsage {
        if !self.shared.sends_features {
            return FeatureUsage::NONE;
        }
        (self.shared.features | features).intersection(self.shared.sendable)
    }

    fn render(&self, features: FeatureUsage) -> String {
        let Shared { prefix, suffix, .. } = &*self.shared;
        if self.shared.sends_features {
            return format!("{prefix}{features}{suffix}");
        }
        prefix.clone()
    }
}

/// The value for a request that adds no features; empty at [`Level::Off`].
impl fmt::Display for SdkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.shared.level {
            Level::Off => Ok(()),
            Level::ProductsOnly | Level::Full => {
                f.write_str(&self.render(self.sent(FeatureUsage::NONE)))
            }
        }
    }
}
