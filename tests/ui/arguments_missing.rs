//! The attribute has no arguments.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token] //~ #[acquire_token
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
