//! The table of the metrics of a token endpoint.

use super::{Metric, MetricSet, Unit};
use crate::otel::attributes::Attribute as A;

impl Metric {
    /// The metrics of a [`TokenEndpointLayer`](crate::otel#the-set-of-a-token-endpoint).
    ///
    /// They are not in [`ALL`](Self::ALL), because no acquisition records them.
    ///
    /// # Examples
    ///
    /// ```
    /// use token_telemetry::otel::{Metric, MetricKind};
    ///
    /// assert!(Metric::SERVER.iter().all(|metric| metric.kind() == MetricKind::Counter));
    /// ```
    pub const SERVER: &'static [Self] = &[
        Self::SERVER_REQUESTS,
        Self::SERVER_REQUESTS_BY_VERSION,
        Self::SERVER_CACHE_HITS,
        Self::SERVER_REPORTED_FAILURES,
        Self::SERVER_UNREADABLE_HEADERS,
    ];

    pub(in crate::otel) const SERVER_REQUESTS: Self = Self::of_server(
        "token_telemetry.server.requests",
        "{request}",
        "Token requests that arrived",
        &[A::CLIENT_SKU, A::API_NAME, A::REASON, A::RESPONSE_CLASS],
    );

    pub(in crate::otel) const SERVER_REQUESTS_BY_VERSION: Self = Self::of_server(
        "token_telemetry.server.requests_by_version",
        "{request}",
        "Token requests that arrived, by version of the client's SDK",
        &[A::CLIENT_SKU, A::CLIENT_VERSION, A::RESPONSE_CLASS],
    );

    pub(in crate::otel) const SERVER_CACHE_HITS: Self = Self::of_server(
        "token_telemetry.server.cache_hits",
        "{token}",
        "Tokens that clients report to have returned from their caches",
        &[A::CLIENT_SKU, A::CLIENT_VERSION],
    );

    pub(in crate::otel) const SERVER_REPORTED_FAILURES: Self = Self::of_server(
        "token_telemetry.server.reported_failures",
        "{failure}",
        "Failed acquisitions that clients report",
        &[A::CLIENT_SKU, A::API_NAME, A::ERROR_TYPE],
    );

    pub(in crate::otel) const SERVER_UNREADABLE_HEADERS: Self = Self::of_server(
        "token_telemetry.server.unreadable_headers",
        "{header}",
        "Telemetry headers that could not be parsed",
        &[A::CLIENT_SKU, A::HEADER, A::ERROR_TYPE],
    );

    const fn of_server(
        name: &'static str,
        unit: &'static str,
        description: &'static str,
        attributes: &'static [A],
    ) -> Self {
        Self {
            set: MetricSet::Server,
            name,
            unit: Unit::Count(Some(unit)),
            description,
            attributes,
            boundaries: &[],
        }
    }
}
