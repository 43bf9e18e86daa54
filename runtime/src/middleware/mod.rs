//! Integrations with HTTP clients and servers, each behind a feature.
//!
//! | Feature | Token requests | Requests to Microsoft Graph | Requests to any resource |
//! |---|---|---|---|
//! | `tower` | `TokenRequestLayer` | `GraphLayer` | `RejectedTokenLayer` |
//! | `reqwest` | `SendTokenRequest` | | |
//! | `reqwest-middleware` | `TokenRequestMiddleware` | `GraphMiddleware` | `RejectedTokenMiddleware` |
//!
//! With `tower` and `otel`, `TokenEndpointLayer` counts what arrives at a token endpoint.

#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
mod graph_observation;
#[cfg(feature = "tower")]
mod graph_observed_tower;
#[cfg(feature = "reqwest-middleware")]
mod graph_reqwest;
#[cfg(feature = "tower")]
mod graph_tower;
#[cfg(feature = "reqwest-middleware")]
mod rejected_token_reqwest;
#[cfg(feature = "tower")]
mod rejected_token_tower;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(all(feature = "tower", feature = "otel"))]
mod token_endpoint_layer;
#[cfg(feature = "tower")]
mod token_layer;
#[cfg(feature = "reqwest-middleware")]
mod token_reqwest;

#[cfg(feature = "tower")]
pub use graph_observed_tower::{ObservedGraphFuture, ObservedGraphLayer, ObservedGraphService};
#[cfg(feature = "reqwest-middleware")]
pub use graph_reqwest::GraphMiddleware;
#[cfg(feature = "tower")]
pub use graph_tower::{GraphLayer, GraphRequest, GraphService};
#[cfg(feature = "reqwest-middleware")]
pub use rejected_token_reqwest::RejectedTokenMiddleware;
#[cfg(feature = "tower")]
pub use rejected_token_tower::{RejectedTokenFuture, RejectedTokenLayer, RejectedTokenService};
#[cfg(feature = "reqwest")]
pub use reqwest::SendTokenRequest;
#[cfg(all(feature = "tower", feature = "otel"))]
pub use token_endpoint_layer::{TokenEndpointFuture, TokenEndpointLayer, TokenEndpointService};
#[cfg(feature = "tower")]
pub use token_layer::{OutgoingRequest, TokenRequestLayer, TokenRequestService};
#[cfg(feature = "reqwest-middleware")]
pub use token_reqwest::TokenRequestMiddleware;

/// Records a rejected token if the status of a response says so.
#[cfg(any(feature = "tower", feature = "reqwest-middleware"))]
fn record_rejected_token(
    telemetry: &crate::telemetry::Telemetry,
    status: impl FnOnce() -> Option<u16>,
) {
    // The response exists already; a panic while reading it must not lose it.
    crate::contained::contained(|| {
        if let Some(status @ (401 | 403)) = status() {
            telemetry.record_rejected_token(status);
        }
    });
}
