//! Names from the expansion are not visible to the body.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> {
    drop(id); //~ id
    Ok(String::new())
}

fn main() {}
