//! The Contoso SDK and the token endpoint it talks to, shared by the examples.

pub mod contoso;
pub mod screen;
pub mod token_endpoint;

/// The README, whose examples are tested here.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;
