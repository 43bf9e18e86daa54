//! Behaviour of token-telemetry, seen from outside.

mod api_ids;
mod hostile;
mod interleavings;
mod isolation;
mod lab;
mod layering;
mod lifecycle;
mod shapes;
