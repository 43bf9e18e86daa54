//! A string is not an API id.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api = "AcquireToken")] //~ "AcquireToken"
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
