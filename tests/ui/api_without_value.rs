//! The argument `api` has no value.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api, background)] //~ api
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
