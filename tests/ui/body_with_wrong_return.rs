//! A `return` has another type.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(cached: bool) -> Result<String, AuthError> {
    if cached {
        return Some(String::new()); //~ Some
    }
    Err(AuthError)
}

fn main() {}
