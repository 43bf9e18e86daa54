//! HTTP clients whose responses can be read, each behind its feature.

#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "tower")]
mod token_layer;

#[cfg(feature = "tower")]
pub use token_layer::{OutgoingRequest, TokenRequestLayer, TokenRequestService};
