//! Behaviour of token-telemetry, seen from outside.

mod hostile;
mod isolation;
mod lab;
mod layering;
mod lifecycle;
