//! The error cannot be converted.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(lifetime: &str) -> Result<u64, AuthError> {
    let lifetime = lifetime.parse::<u64>()?; //~ ?
    Ok(lifetime)
}

fn main() {}
