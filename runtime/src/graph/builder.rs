//! Builds an `SdkVersion`, and drops parts that exceed the budget.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::application_features::ApplicationFeatures;
use super::comment::{Comment, Key};
use super::feature_usage::{FeatureUsage, MAX_DIGITS};
use super::level::Level;
use super::product::Product;
use super::sdk_version::{DroppedPart, SdkVersion, Shared};
use crate::wire;

/// Default maximum length of the value, in bytes; no document sets a limit.
pub const DEFAULT_BUDGET: usize = 512;

/// Pairs that are dropped to fit the budget, in this order.
const DROPPED_FIRST: [Key; 3] = [Key::HostArch, Key::RuntimeEnvironment, Key::HostOs];

/// A builder of an [`SdkVersion`].
///
/// The value must not identify users or organizations: name no customer in a product or a comment.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::{Comment, Product, SdkVersion};
///
/// let sdk_version = SdkVersion::builder()
///     .core(const { Product::from_static("graph-rust-core", "0.1.0") })
///     .comment(Comment::empty())
///     .without_feature_usage()
///     .build()?;
/// assert_eq!(sdk_version.to_string(), "graph-rust-core/0.1.0");
/// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
/// ```
#[derive(Clone, Debug)]
pub struct SdkVersionBuilder {
    applications: Vec<Product>,
    service: Option<Product>,
    core: Option<Product>,
    comment: Comment,
    sends_features: bool,
    features: FeatureUsage,
    application_features: ApplicationFeatures,
    level: Level,
    budget: usize,
}

impl Default for SdkVersionBuilder {
    fn default() -> Self {
        Self {
            applications: Vec::new(),
            service: None,
            core: None,
            comment: Comment::detect(),
            sends_features: true,
            features: FeatureUsage::NONE,
            application_features: ApplicationFeatures::default(),
            level: Level::Full,
            budget: DEFAULT_BUDGET,
        }
    }
}

impl SdkVersion {
    /// Creates a builder without products.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder().core(core).build()?;
    /// assert_eq!(sdk_version.products().len(), 1);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn builder() -> SdkVersionBuilder {
        SdkVersionBuilder::default()
    }
}

impl SdkVersionBuilder {
    /// Adds an application before the libraries, in call order.
    ///
    /// Only Microsoft applications should call this. Graph treats the first product as the client, so
    /// according to its guidelines, naming any other application brings no benefit and degrades the
    /// data. Choose the name from a small, fixed set.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder()
    ///     .application(Product::from_static("Contoso-Mail", "3.2"))
    ///     .core(core)
    ///     .build()?;
    /// assert_eq!(sdk_version.products()[0].name(), "Contoso-Mail");
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn application(mut self, application: Product) -> Self {
        self.applications.push(application);
        self
    }

    /// Sets the service library: `graph-{lang}` or `graph-{lang}-beta`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let builder =
    ///     SdkVersion::builder().service(Product::from_static("graph-rust", "1.4.0")).core(core);
    /// assert_eq!(builder.build()?.products().len(), 2);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn service(mut self, service: Product) -> Self {
        self.service = Some(service);
        self
    }

    /// Sets the core library, `graph-{lang}-core`, which always comes last.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// let core = Product::from_static("graph-rust-core", "1.16.0");
    /// let sdk_version = SdkVersion::builder().core(core).build()?;
    /// # drop(sdk_version);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn core(mut self, core: Product) -> Self {
        self.core = Some(core);
        self
    }

    /// Sets the comment about the platform; the default is [`Comment::detect`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Comment, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version =
    ///     SdkVersion::builder().core(core).comment(Comment::empty().host_os("linux")).build()?;
    /// assert!(sdk_version.to_string().ends_with("; hostOS=linux)"));
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn comment(mut self, comment: Comment) -> Self {
        self.comment = comment;
        self
    }

    /// Sets the features of every request: the handlers that the client enables.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{FeatureUsage, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version =
    ///     SdkVersion::builder().core(core).feature_usage(FeatureUsage::RETRY_HANDLER).build()?;
    /// assert!(sdk_version.to_string().contains("featureUsage=02"));
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn feature_usage(mut self, features: FeatureUsage) -> Self {
        self.features = features;
        self
    }

    /// Omits `featureUsage`.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder().core(core).without_feature_usage().build()?;
    /// assert!(!sdk_version.to_string().contains("featureUsage"));
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn without_feature_usage(mut self) -> Self {
        self.sends_features = false;
        self
    }

    /// Sets the application bits that may be sent in addition to the documented ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{ApplicationFeatures, FeatureUsage, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// const DELTA_QUERY: FeatureUsage = FeatureUsage::application_bit(40);
    /// const FEATURES: ApplicationFeatures = ApplicationFeatures::new(&[DELTA_QUERY]);
    /// let sdk_version = SdkVersion::builder().core(core).application_features(FEATURES).build()?;
    /// # drop(sdk_version);
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn application_features(mut self, features: ApplicationFeatures) -> Self {
        self.application_features = features;
        self
    }

    /// Sets how much is sent; the default is [`Level::Full`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Level, Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder().core(core).level(Level::ProductsOnly).build()?;
    /// assert_eq!(sdk_version.to_string(), "graph-rust-core/0.1.0");
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Lets users lower the level with an environment variable, which is read immediately.
    ///
    /// The values are those of [`Level::parse_or_off`]. The variable never raises the level.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::SdkVersion;
    ///
    /// // CONTOSO_GRAPH_TELEMETRY = off | products | full
    /// let builder = SdkVersion::builder().level_from_environment("CONTOSO_GRAPH_TELEMETRY");
    /// # drop(builder);
    /// ```
    #[must_use]
    pub fn level_from_environment(mut self, variable: impl AsRef<str>) -> Self {
        if let Some(requested) = wire::variable(variable.as_ref()) {
            self.level = self.level.min(Level::parse_or_off(&requested));
        }
        self
    }

    /// Sets the maximum length of the value in bytes, assuming all 64 features are set.
    ///
    /// The default is [`DEFAULT_BUDGET`]. Parts that do not fit are dropped; see [`DroppedPart`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let sdk_version = SdkVersion::builder().core(core).budget(256).build()?;
    /// assert!(sdk_version.dropped().is_empty());
    /// # Ok::<(), token_telemetry::graph::InvalidSdkVersion>(())
    /// ```
    #[must_use]
    pub fn budget(mut self, bytes: usize) -> Self {
        self.budget = bytes;
        self
    }

    /// Builds the value.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no product, or if the mandatory parts exceed the budget.
    pub fn build(mut self) -> Result<SdkVersion, InvalidSdkVersion> {
        if self.level != Level::Full {
            self.comment = Comment::empty();
            self.sends_features = false;
        }
        if self.products().next().is_none() {
            return Err(InvalidSdkVersion(Problem::NoProduct));
        }
        let dropped = self.fit()?;
        let (prefix, suffix) = self.texts();
        let sendable = if self.sends_features {
            FeatureUsage::DOCUMENTED | self.application_features.feature_usage()
        } else {
            FeatureUsage::NONE
        };
        let features = self.features.intersection(sendable);
        let text = if self.sends_features {
            format!("{prefix}{features}{suffix}")
        } else {
            prefix.clone()
        };
        let sends_value = self.level != Level::Off;
        Ok(SdkVersion {
            shared: Arc::new(Shared {
                level: self.level,
                products: self.products().cloned().collect(),
                prefix,
                suffix,
                features,
                sendable,
                ready: text.try_into().ok().filter(|_| sends_value),
                dropped,
            }),
        })
    }

    fn products(&self) -> impl Iterator<Item = &Product> {
        let libraries = self.service.iter().chain(&self.core);
        self.applications.iter().chain(libraries)
    }

    /// Drops whole parts until the value fits.
    fn fit(&mut self) -> Result<Vec<DroppedPart>, InvalidSdkVersion> {
        let mut dropped = Vec::new();
        for key in DROPPED_FIRST {
            if self.longest() > self.budget && self.comment.remove(key) {
                dropped.push(DroppedPart::Pair(key));
            }
        }
        while self.longest() > self.budget && self.products().nth(1).is_some() {
            // Graph treats the first product as the client, so that one is dropped last.
            let Some(application) = self.applications.pop() else {
                break;
            };
            dropped.push(DroppedPart::Application(application));
        }
        let (len, budget) = (self.longest(), self.budget);
        if len > budget {
            return Err(InvalidSdkVersion(Problem::TooLong { len, budget }));
        }
        Ok(dropped)
    }

    /// Returns the length with every feature set, so that the result holds for all requests.
    fn longest(&self) -> usize {
        let (prefix, suffix) = self.texts();
        let digits = if self.sends_features { MAX_DIGITS } else { 0 };
        prefix.len() + digits + suffix.len()
    }

    /// Returns the text before and after the feature bits.
    fn texts(&self) -> (String, String) {
        let products: Vec<_> = self.products().map(Product::to_string).collect();
        let prefix = products.join(", ");
        match (self.sends_features, self.comment.is_empty()) {
            (false, true) => (prefix, String::new()),
            (false, false) => (format!("{prefix} ({})", self.comment), String::new()),
            (true, true) => (format!("{prefix} (featureUsage="), ")".to_owned()),
            (true, false) => (
                format!("{prefix} (featureUsage="),
                format!("; {})", self.comment),
            ),
        }
    }
}

/// The error for parts that do not form a valid [`SdkVersion`].
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::SdkVersion;
///
/// let error = SdkVersion::builder().build().unwrap_err();
/// assert_eq!(error.to_string(), "expected at least one product");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSdkVersion(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    NoProduct,
    TooLong { len: usize, budget: usize },
}

impl InvalidSdkVersion {
    /// Returns whether the mandatory parts exceed the budget.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Product, SdkVersion};
    ///
    /// # let core = const { Product::from_static("graph-rust-core", "0.1.0") };
    /// let error = SdkVersion::builder().core(core).budget(10).build().unwrap_err();
    /// assert!(error.is_too_long());
    /// ```
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        matches!(self.0, Problem::TooLong { .. })
    }
}

impl fmt::Display for InvalidSdkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::NoProduct => f.write_str("expected at least one product"),
            Problem::TooLong { len, budget } => write!(
                f,
                "expected a budget of at least {len} bytes for the products and `featureUsage`, \
                 found {budget}"
            ),
        }
    }
}

impl Error for InvalidSdkVersion {}
