//! The id is given without `api =`.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(ContosoApi::AcquireToken)] //~ ContosoApi
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
