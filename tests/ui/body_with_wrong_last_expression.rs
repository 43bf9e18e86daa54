//! The last expression has another type.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> {
    String::new() //~ String
}

fn main() {}
