//! The `SdkVersion` header: the libraries and features behind a request.

use std::fmt;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};

use super::comment::Key;
use super::feature_usage::{FeatureUsage, MAX_DIGITS};
use super::level::Level;
use super::product::Product;

/// The `SdkVersion` header; HTTP header names are case-insensitive and sent in lower case.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::SDK_VERSION;
///
/// assert_eq!(SDK_VERSION, "sdkversion");
/// ```
pub const SDK_VERSION: HeaderName = HeaderName::from_static("sdkversion");

/// The value of `SdkVersion`: the products behind a request, and a comment on the last one.
///
/// Specified by microsoftgraph/msgraph-sdk-design, `middleware/TelemetryHandler.md`, and RFC 9110,
/// sections 5.6.1, 5.6.5, and 10.1.5. The order is application, service library, core library.
///
/// ```text
/// SdkVersion = product *( ", " product ) [ " (" pair *( "; " pair ) ")" ]
/// pair       = key "=" text
/// ```
///
/// Example: `graph-rust/1.4.0, graph-rust-core/1.16.0 (featureUsage=03; hostOS=linux)`
///
/// The value for a request that adds no features is formatted once, and then cloned.
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
    /// Text before the feature bits.
    pub(super) prefix: String,
    /// Text after the feature bits.
    pub(super) suffix: String,
    /// Features of every request.
    pub(super) features: FeatureUsage,
    /// Features that a request may add.
    pub(super) sendable: FeatureUsage,
    /// The value for a request that adds no features; `None` at [`Level::Off`].
    pub(super) ready: Option<HeaderValue>,
    pub(super) dropped: Vec<DroppedPart>,
}

impl SdkVersion {
    /// Returns the header value for a request with these features.
    ///
    /// Adds the client's own features. Returns `None` at [`Level::Off`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Comment, FeatureUsage, Product, SdkVersion};
    ///
    /// let sdk_version = SdkVersion::builder()
    ///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
    ///     .comment(Comment::empty())
    ///     .build()?;
    /// let value = sdk_version.header_value(FeatureUsage::PAGE_ITERATOR_TASK).ok_or("off")?;
    /// assert_eq!(value, "graph-rust-core/0.1.0 (featureUsage=400)");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn header_value(&self, features: FeatureUsage) -> Option<HeaderValue> {
        let shared = &*self.shared;
        let ready = shared.ready.as_ref()?;
        let features = self.sent_features(features);
        if features == shared.features {
            return Some(ready.clone());
        }
        let digits = &mut [0; MAX_DIGITS];
        // Of exact size, so that the value takes the memory over.
        let text = [&*shared.prefix, features.encode(digits), &shared.suffix].concat();
        text.try_into().ok()
    }

    /// Returns the features that are sent for a request with these ones.
    pub(crate) fn sent_features(&self, features: FeatureUsage) -> FeatureUsage {
        let shared = &*self.shared;
        shared.features | features.intersection(shared.sendable)
    }

    /// Returns how much is sent.
    #[must_use]
    pub fn level(&self) -> Level {
        self.shared.level
    }

    /// Returns the products in the order they are written.
    #[must_use]
    pub fn products(&self) -> &[Product] {
        &self.shared.products
    }

    /// Returns the parts that were dropped to fit the budget, in the order they were dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder().core(core).build()?;
    /// assert!(sdk_version.dropped().is_empty());
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn dropped(&self) -> &[DroppedPart] {
        &self.shared.dropped
    }
}

/// Formats the value for a request without additional features; empty at [`Level::Off`].
impl fmt::Display for SdkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ready = self.shared.ready.as_ref();
        let text = ready.and_then(|value| value.to_str().ok());
        f.write_str(text.unwrap_or_default())
    }
}

/// A part that was dropped because the value exceeded its budget.
///
/// Pairs of the comment are dropped first, then applications, starting with the last one. The
/// libraries and `featureUsage` are never dropped.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Comment, DroppedPart, Key, Product, SdkVersion};
///
/// let sdk_version = SdkVersion::builder()
///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
///     .comment(Comment::empty().host_os("linux").host_arch("x86_64"))
///     .budget(75)
///     .build()?;
/// assert_eq!(sdk_version.dropped(), [DroppedPart::Pair(Key::HostArch)]);
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DroppedPart {
    /// A pair of the comment.
    Pair(Key),
    /// An application.
    Application(Product),
}
