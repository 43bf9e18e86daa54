//! The attribute is given twice.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
#[acquire_token(api = ContosoApi::AcquireToken)] //~ acquire_token
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
