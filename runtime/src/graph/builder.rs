//! Parts of an `SdkVersion`, and what is cut when they are too long together.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::application_features::ApplicationFeatures;
use super::comment::{Comment, Key};
use super::feature_usage::{FeatureUsage, MAX_DIGITS};
use super::level::Level;
use super::product::Product;
use super::sdk_version::{SdkVersion, Shared};
use super::value_cache::ValueCache;

/// Longest value we write unless told otherwise, in bytes; no document sets a limit.
pub const DEFAULT_BUDGET: usize = 512;

/// A part that was left out because the value would have been too long.
///
/// Pairs go first, in the order of these variants, then applications from the last. The
/// libraries and `featureUsage` are never cut.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// A pair of the comment.
    Pair(Key),
    /// An application.
    Application(Product),
}

/// Pairs that are left out for want of room, the first one first.
const CUT_FIRST: [Key; 3] = [Key::HostArch, Key::RuntimeEnvironment, Key::HostOs];

/// Parts of an [`SdkVersion`] that are put together.
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

impl SdkVersionBuilder {
    /// Names an application in front of the libraries; the first one called is the first.
    ///
    /// The header serves the makers of Graph, for their own libraries and applications. Their
    /// rule for everybody else: naming your application here brings you nothing, and makes
    /// the data worse for its readers. They take the first product for the client, so leave
    /// this out unless the application is Microsoft's, and take the name from a small fixed set.
    #[must_use]
    pub fn application(mut self, application: Product) -> Self {
        self.applications.push(application);
        self
    }

    /// Names the service library: `graph-{lang}` or `graph-{lang}-beta`.
    #[must_use]
    pub fn service(mut self, service: Product) -> Self {
        self.service = Some(service);
        self
    }

    /// Names the core library, `graph-{lang}-core`; it always comes last.
    #[must_use]
    pub fn core(mut self, core: Product) -> Self {
        self.core = Some(core);
        self
    }

    /// What the comment says about the machine, in place of [`Comment::detect`].
    #[must_use]
    pub fn comment(mut self, comment: Comment) -> Self {
        self.comment = comment;
        self
    }

    /// Features that every request of the client has: the handlers that are enabled.
    #[must_use]
    pub fn feature_usage(mut self, features: FeatureUsage) -> Self {
        self.features = features;
        self
    }

    /// Leaves `featureUsage` out altogether.
    #[must_use]
    pub fn without_feature_usage(mut self) -> Self {
        self.sends_features = false;
        self
    }

    /// Sends these bits of the application too, where a request has them.
    #[must_use]
    pub fn application_features(mut self, features: ApplicationFeatures) -> Self {
        self.application_features = features;
        self
    }

    /// How much is sent; [`Level::Full`] unless told otherwise.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Lets users lower the level with an environment variable, which is read now.
    ///
    /// It never raises the level, and text that is not understood means [`Level::Off`].
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::graph::{Level, SdkVersion};
    ///
    /// // CONTOSO_GRAPH_TELEMETRY = off | products | full
    /// let builder = SdkVersion::builder().level_from_environment("CONTOSO_GRAPH_TELEMETRY");
    /// ```
    #[must_use]
    pub fn level_from_environment(mut self, variable: impl AsRef<str>) -> Self {
        if let Some(asked) = Level::from_environment(variable.as_ref()) {
            self.level = self.level.min(asked);
        }
        self
    }

    /// Longest value, in bytes, also with all 64 features; [`DEFAULT_BUDGET`] unless told otherwise.
    #[must_use]
    pub fn budget(mut self, bytes: usize) -> Self {
        self.budget = bytes;
        self
    }

    /// Puts the value together.
    ///
    /// # Errors
    ///
    /// If there is no product, or if what is never cut is longer than the budget.
    pub fn build(mut self) -> Result<SdkVersion, InvalidSdkVersion> {
        if self.level != Level::Full {
            self.comment = Comment::empty();
            self.sends_features = false;
        }
        if self.products().next().is_none() {
            return Err(InvalidSdkVersion(Problem::NoProduct));
        }
        let cut = self.fit()?;
        let (prefix, suffix) = self.texts();
        Ok(SdkVersion {
            shared: Arc::new(Shared {
                level: self.level,
                products: self.products().cloned().collect(),
                prefix,
                suffix,
                sends_features: self.sends_features,
                features: self.features,
                sendable: FeatureUsage::DOCUMENTED | self.application_features.feature_usage(),
                cut,
                values: ValueCache::default(),
            }),
        })
    }

    fn products(&self) -> impl Iterator<Item = &Product> {
        let libraries = self.service.iter().chain(&self.core);
        self.applications.iter().chain(libraries)
    }

    /// Leaves out whole parts until the value fits.
    fn fit(&mut self) -> Result<Vec<Cut>, InvalidSdkVersion> {
        let mut cut = Vec::new();
        for key in CUT_FIRST {
            if self.longest() > self.budget && self.comment.remove(key) {
                cut.push(Cut::Pair(key));
            }
        }
        while self.longest() > self.budget && self.products().nth(1).is_some() {
            // Graph takes the first product for the client, so that one goes last.
            let Some(application) = self.applications.pop() else {
                break;
            };
            cut.push(Cut::Application(application));
        }
        let (len, budget) = (self.longest(), self.budget);
        if len > budget {
            return Err(InvalidSdkVersion(Problem::TooLong { len, budget }));
        }
        Ok(cut)
    }

    /// Length of the value with every feature, so that a cut does not depend on a request.
    fn longest(&self) -> usize {
        let (prefix, suffix) = self.texts();
        let digits = if self.sends_features { MAX_DIGITS } else { 0 };
        prefix.len() + digits + suffix.len()
    }

    /// Text before the bits of the features, and after them.
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

/// Parts that make no `SdkVersion`.
///
/// # Examples
///
/// ```
/// use token_telemetry::graph::SdkVersion;
///
/// let error = SdkVersion::builder().build().unwrap_err();
/// assert_eq!(error.to_string(), "an SdkVersion needs at least one product");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSdkVersion(Problem);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Problem {
    NoProduct,
    TooLong { len: usize, budget: usize },
}

impl InvalidSdkVersion {
    /// Whether what is never cut is longer than the budget.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        matches!(self.0, Problem::TooLong { .. })
    }
}

impl fmt::Display for InvalidSdkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Problem::NoProduct => f.write_str("an SdkVersion needs at least one product"),
            Problem::TooLong { len, budget } => write!(
                f,
                "the products and `featureUsage` need {len} bytes, the budget is {budget}"
            ),
        }
    }
}

impl Error for InvalidSdkVersion {}
