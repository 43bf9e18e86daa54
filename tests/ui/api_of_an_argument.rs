//! The id must be known when the SDK is compiled.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = api)] //~ api
pub async fn acquire_token(api: ContosoApi) -> Result<ContosoApi, AuthError> {
    Ok(api)
}

fn main() {}
