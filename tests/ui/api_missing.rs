//! The argument `api` is missing.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(background)] //~ #[acquire_token
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
