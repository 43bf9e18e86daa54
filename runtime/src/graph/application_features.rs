//! Feature bits that an application adds to the documented ones.

use super::const_text::ConstText;
use super::feature_usage::FeatureUsage;

/// Lowest bit that nobody else uses.
pub const FIRST_APPLICATION_BIT: u32 = 13;

/// Highest bit of `featureUsage`.
pub const LAST_APPLICATION_BIT: u32 = 63;

impl FeatureUsage {
    /// A feature of the application, at a bit that nobody else uses.
    ///
    /// Graph's own list grows from below; take high numbers and never give one a second
    /// meaning. The bit is sent only if it is declared in [`ApplicationFeatures`].
    ///
    /// # Panics
    ///
    /// If the bit is taken or beyond 63. In a `const` that is a compile error.
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
        let is_free = FIRST_APPLICATION_BIT <= bit && bit <= LAST_APPLICATION_BIT;
        assert!(is_free, "{}", refused(bit).as_str());
        Self::from_bits(1 << bit)
    }
}

const fn refused(bit: u32) -> ConstText {
    let text = ConstText::new().text("bit ").decimal(bit as usize);
    let text = if bit > LAST_APPLICATION_BIT {
        text.text(" does not exist")
    } else {
        text.text(" is taken")
    };
    text.text("; an application may use bits ")
        .decimal(FIRST_APPLICATION_BIT as usize)
        .text(" to ")
        .decimal(LAST_APPLICATION_BIT as usize)
}

const fn declared_twice(features: FeatureUsage) -> ConstText {
    ConstText::new()
        .text("bit ")
        .decimal(features.bits().trailing_zeros() as usize)
        .text(" is declared twice")
}

/// Every feature bit of an application, each declared once.
///
/// Only the twelve documented bits are sent unless the application declares more, because a
/// bit that Graph's documents do not list means nothing to its owners.
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
    /// The features of an application, each at a bit of its own.
    ///
    /// # Panics
    ///
    /// If a bit occurs twice or is not the application's. In a `const` that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(features: &[FeatureUsage]) -> Self {
        let mut declared = FeatureUsage::NONE;
        let mut rest = features;
        while let [feature, after @ ..] = rest {
            let lowest = feature.bits().trailing_zeros();
            let is_free = lowest >= FIRST_APPLICATION_BIT;
            assert!(is_free, "{}", refused(lowest).as_str());
            let repeated = declared.intersection(*feature);
            assert!(repeated.is_empty(), "{}", declared_twice(repeated).as_str());
            declared = declared.union(*feature);
            rest = after;
        }
        Self(declared)
    }

    /// All declared bits.
    #[must_use]
    pub const fn feature_usage(self) -> FeatureUsage {
        self.0
    }
}
