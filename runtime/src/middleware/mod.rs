//! Integrations with HTTP clients, each behind a feature.
//!
//! | Feature | Token requests | Requests to Microsoft Graph |
//! |---|---|---|
//! | `tower` | `TokenRequestLayer` | `GraphLayer` |
//! | `reqwest` | `SendTokenRequest` | |
//! | `reqwest-middleware` | | `GraphMiddleware` |

#[cfg(feature = "reqwest-middleware")]
mod graph_reqwest;
#[cfg(feature = "tower")]
mod graph_tower;
#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod token_layer;

#[cfg(feature = "reqwest-middleware")]
pub use graph_reqwest::GraphMiddleware;
#[cfg(feature = "tower")]
pub use graph_tower::{GraphLayer, GraphRequest, GraphService};
#[cfg(feature = "reqwest")]
pub use reqwest::SendTokenRequest;
#[cfg(feature = "tower")]
pub use token_layer::{OutgoingRequest, TokenRequestLayer, TokenRequestService};
