//! Only an async block can wait.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Result<String, AuthError> {
    Ok(std::future::ready(String::new()).await) //~ await
}

fn main() {}
