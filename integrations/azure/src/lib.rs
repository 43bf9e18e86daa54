#![doc = include_str!("../README.md")]

mod builder;
mod credential;
mod describe;
mod observed;
mod policy;

pub use crate::builder::TelemetryCredentialBuilder;
pub use crate::credential::TelemetryCredential;
pub use crate::describe::{describe, token_info};
pub use crate::policy::{TelemetryPolicy, with_telemetry};
