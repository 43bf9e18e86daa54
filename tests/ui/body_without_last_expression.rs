//! A semicolon after the last expression.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> { //~ {
    Ok(String::new());
}

fn main() {}
