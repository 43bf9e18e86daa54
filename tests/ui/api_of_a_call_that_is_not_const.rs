//! The id must be known when the SDK is compiled.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

fn api() -> ContosoApi {
    ContosoApi::AcquireToken
}

#[acquire_token(api = api())] //~ api()
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
