//! HTTP clients whose responses can be read, each behind its feature.

#[cfg(feature = "reqwest")]
mod reqwest;
