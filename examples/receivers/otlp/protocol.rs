//! The two transports of OTLP.

use std::str::FromStr;

use opentelemetry_otlp::{ExporterBuildError, MetricExporter, SpanExporter, WithExportConfig as _};

/// A transport of OTLP.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// gRPC.
    Grpc,
    /// Protobuf in HTTP requests.
    Http,
}

impl Protocol {
    /// Returns the default endpoint of a receiver.
    pub(crate) const fn default_endpoint(self) -> &'static str {
        match self {
            Self::Grpc => "http://127.0.0.1:4317",
            Self::Http => "http://127.0.0.1:4318",
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Grpc => "gRPC",
            Self::Http => "HTTP/protobuf",
        }
    }

    pub(crate) fn metric_exporter(
        self,
        endpoint: &str,
    ) -> Result<MetricExporter, ExporterBuildError> {
        let builder = MetricExporter::builder();
        match self {
            Self::Grpc => builder.with_tonic().with_endpoint(endpoint).build(),
            Self::Http => builder
                .with_http()
                .with_endpoint(path(endpoint, "metrics"))
                .build(),
        }
    }

    pub(crate) fn span_exporter(self, endpoint: &str) -> Result<SpanExporter, ExporterBuildError> {
        let builder = SpanExporter::builder();
        match self {
            Self::Grpc => builder.with_tonic().with_endpoint(endpoint).build(),
            Self::Http => builder
                .with_http()
                .with_endpoint(path(endpoint, "traces"))
                .build(),
        }
    }
}

impl FromStr for Protocol {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "grpc" => Ok(Self::Grpc),
            "http" => Ok(Self::Http),
            _ => Err("expected `grpc` or `http`"),
        }
    }
}

/// Returns the URL of a signal below the endpoint.
fn path(endpoint: &str, signal: &str) -> String {
    format!("{}/v1/{signal}", endpoint.trim_end_matches('/'))
}
