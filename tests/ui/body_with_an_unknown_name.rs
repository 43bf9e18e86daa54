//! Names resolve as in a plain function.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(cache.get()) //~ cache
}

fn main() {}
