//! OpenTelemetry metrics: MSAL.NET's meter, exact in name, unit and tag.

mod catalog;
mod msal;

use std::fmt;
use std::sync::Arc;

use opentelemetry::metrics::MeterProvider;

pub(crate) use msal::MsalMetrics;

/// Which metrics are recorded, and through which provider.
///
/// By default the MSAL set, through the provider that is global when the first acquisition ends.
#[derive(Clone, Default)]
pub struct Metrics {
    provider: Provider,
}

#[derive(Clone, Default)]
enum Provider {
    #[default]
    Global,
    Explicit(Arc<dyn MeterProvider + Send + Sync>),
    Off,
}

impl Metrics {
    /// Records nothing.
    #[must_use]
    pub fn off() -> Self {
        Self {
            provider: Provider::Off,
        }
    }

    /// Records through this provider, whatever the global one is.
    #[must_use]
    pub fn with_provider(provider: impl MeterProvider + Send + Sync + 'static) -> Self {
        Self {
            provider: Provider::Explicit(Arc::new(provider)),
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = match self.provider {
            Provider::Global => "Global",
            Provider::Explicit(_) => "Explicit",
            Provider::Off => "Off",
        };
        f.debug_struct("Metrics")
            .field("provider", &provider)
            .finish()
    }
}
