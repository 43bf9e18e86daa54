//! The argument `api` is called `id`.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(id = ContosoApi::AcquireToken)] //~ id
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
