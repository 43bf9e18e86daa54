//! The metrics of a token endpoint, which learns from the headers of its clients.

mod names;
mod recorder;
mod series;

use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;

use super::metrics::Provider;
use crate::api::{Api, ApiEntry, ApiId};

pub(crate) use recorder::{ReceivedRequest, ServerRecorder};

/// A configuration of a token endpoint's metrics: the provider, and the names it knows.
///
/// By default, the metrics are recorded through the global meter provider, which the application has to
/// install before the first request arrives; a provider that replaces it is not used. The SKUs and API
/// ids of the MSAL libraries are known.
///
/// # Examples
///
/// ```
/// use token_telemetry::ApiId;
/// use token_telemetry::middleware::TokenEndpointLayer;
/// use token_telemetry::otel::ServerMetrics;
///
/// pub struct Contoso;
///
/// #[derive(ApiId, Clone, Copy)]
/// #[repr(u32)]
/// #[api_id(owner = Contoso)]
/// enum ContosoApi {
///     SignIn = 5001,
/// }
///
/// let metrics = ServerMetrics::default()
///     .known_sku("Contoso.Auth")
///     .known_apis::<ContosoApi>();
/// let layer = TokenEndpointLayer::new(metrics);
/// # drop(layer);
/// ```
#[derive(Clone, Debug)]
pub struct ServerMetrics {
    provider: Provider,
    skus: Vec<String>,
    apis: Vec<Api>,
}

impl ServerMetrics {
    /// Maximum number of SKUs that can be added; further ones are ignored.
    pub const MAX_SKUS: usize = 64;

    /// Maximum number of API ids that can be added; further ones are ignored.
    pub const MAX_APIS: usize = 64;

    /// Creates a configuration that records through this provider instead of the global one.
    ///
    /// # Examples
    ///
    /// ```
    /// use opentelemetry_sdk::metrics::SdkMeterProvider;
    /// use token_telemetry::otel::ServerMetrics;
    ///
    /// let provider = SdkMeterProvider::builder().build();
    /// let metrics = ServerMetrics::with_provider(provider);
    /// ```
    #[must_use]
    pub fn with_provider(provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        Self::new(Provider::Explicit(Arc::new(provider)))
    }

    const fn new(provider: Provider) -> Self {
        Self {
            provider,
            skus: Vec::new(),
            apis: Vec::new(),
        }
    }

    /// Adds the SKU of an SDK, as it is in `x-client-SKU`.
    ///
    /// An SKU that is not known is recorded as `other`, and so is the version that comes with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::ServerMetrics;
    ///
    /// let metrics = ServerMetrics::default().known_sku("Contoso.Auth");
    /// ```
    #[must_use]
    pub fn known_sku(mut self, sku: impl Into<String>) -> Self {
        if self.skus.len() < Self::MAX_SKUS {
            self.skus.push(sku.into());
        }
        self
    }

    /// Adds the names of an SDK's API ids; they take precedence over those of the MSAL libraries.
    ///
    /// Numbers without a name are recorded as they are, up to a limit.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::ApiId;
    /// use token_telemetry::otel::ServerMetrics;
    ///
    /// pub struct Contoso;
    ///
    /// #[derive(ApiId, Clone, Copy)]
    /// #[repr(u32)]
    /// #[api_id(owner = Contoso)]
    /// enum ContosoApi {
    ///     SignIn = 5001,
    /// }
    ///
    /// let metrics = ServerMetrics::default().known_apis::<ContosoApi>();
    /// ```
    #[must_use]
    pub fn known_apis<I: ApiId>(mut self) -> Self {
        let free = Self::MAX_APIS.saturating_sub(self.apis.len());
        let apis = I::CATALOG.iter().map(ApiEntry::api);
        self.apis.extend(apis.take(free));
        self
    }
}

impl Default for ServerMetrics {
    fn default() -> Self {
        Self::new(Provider::Global)
    }
}
