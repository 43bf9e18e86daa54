//! A bare number is not an API id.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api = 1004)] //~ 1004
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
