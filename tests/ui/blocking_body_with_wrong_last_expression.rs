//! The last expression has another type.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Result<String, AuthError> {
    Some(String::new()) //~ Some
}

fn main() {}
