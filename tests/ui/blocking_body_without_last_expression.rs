//! A semicolon after the last expression.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Result<String, AuthError> { //~ Result
    Ok(String::new());
}

fn main() {}
