//! Behaviour of token-telemetry, seen from outside.

mod layering;
