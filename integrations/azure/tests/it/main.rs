//! The behavior of the crate around unmodified credentials of `azure_identity`.

#![expect(clippy::unwrap_used, reason = "a test says by panicking what is wrong")]

mod chain;
mod credential;
mod describe;
mod policy;
mod source;
mod support;
