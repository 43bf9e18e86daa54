//! Application-defined feature bits.

use super::feature_usage::FeatureUsage;

/// Lowest bit available to applications.
pub const FIRST_APPLICATION_BIT: u32 = 13;

/// Highest bit available to applications, the last one of `featureUsage`.
pub const LAST_APPLICATION_BIT: u32 = 63;

impl FeatureUsage {
    /// Creates a feature of the application from an unassigned bit.
    ///
    /// Graph assigns its own bits from the lowest up, so choose high numbers, and never reuse a bit
    /// for another feature. The bit is sent only if it is declared in [`ApplicationFeatures`].
    ///
    /// # Panics
    ///
    /// Panics if the bit is below 13 or above 63. In a `const`, this is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::FeatureUsage;
    ///
    /// const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
    /// assert_eq!(DELTA_QUERY.bits(), 1 << 40);
    /// ```
    ///
    /// ```compile_fail,E0080
    /// # use token_telemetry::graph::FeatureUsage;
    /// const MINE: FeatureUsage = FeatureUsage::application_bit(3); // DefaultHttpProvider
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn application_bit(bit: u32) -> Self {
        assert!(
            is_free(bit),
            "expected a bit from 13 to 63; the lower bits belong to Graph"
        );
        Self::from_bits(1 << bit)
    }
}

const fn is_free(bit: u32) -> bool {
    FIRST_APPLICATION_BIT <= bit && bit <= LAST_APPLICATION_BIT
}

/// The declared feature bits of an application.
///
/// By default only the twelve documented bits are sent, because any other bit is meaningless to
/// Graph. Declaring bits here sends them too.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{ApplicationFeatures, FeatureUsage, Product, SdkVersion};
///
/// const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
/// const CHANGE_FEED: FeatureUsage = FeatureUsage::application_bit(41);
/// const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[DELTA_QUERY, CHANGE_FEED]);
///
/// let sdk_version = SdkVersion::builder()
///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
///     .application_features(FEATURES)
///     .build()?;
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
///
/// ```compile_fail,E0080
/// # use token_telemetry::graph::{ApplicationFeatures, FeatureUsage};
/// const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
/// const CHANGE_FEED: FeatureUsage = FeatureUsage::application_bit(40);
/// const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[DELTA_QUERY, CHANGE_FEED]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplicationFeatures(FeatureUsage);

impl ApplicationFeatures {
    /// Declares the features of an application, each with its own bit.
    ///
    /// # Panics
    ///
    /// Panics if a bit is declared twice or is reserved. In a `const`, this is a compile error.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{ApplicationFeatures, FeatureUsage};
    ///
    /// const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
    /// const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[DELTA_QUERY]);
    /// assert_eq!(FEATURES.feature_usage(), DELTA_QUERY);
    /// ```
    #[must_use]
    #[track_caller]
    pub const fn new(features: &[FeatureUsage]) -> Self {
        let mut declared = FeatureUsage::NONE;
        let mut rest = features;
        while let [feature, after @ ..] = rest {
            let lowest = feature.bits().trailing_zeros();
            assert!(
                is_free(lowest),
                "expected bits from 13 to 63; the lower bits belong to Graph"
            );
            let is_new = declared.intersection(*feature).is_empty();
            assert!(
                is_new,
                "expected each bit once, found a bit that is declared twice"
            );
            declared = declared.union(*feature);
            rest = after;
        }
        Self(declared)
    }

    /// Returns all declared bits.
    #[must_use]
    pub const fn feature_usage(self) -> FeatureUsage {
        self.0
    }
}
