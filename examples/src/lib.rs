//! The Contoso SDK and the token endpoint it talks to, shared by the examples.

pub mod contoso;
pub mod screen;
pub mod token_endpoint;
