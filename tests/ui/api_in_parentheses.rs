//! The value is in parentheses instead of after `=`.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api(ContosoApi::AcquireToken))] //~ api
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
