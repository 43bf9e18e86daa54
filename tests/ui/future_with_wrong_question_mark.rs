//! The error cannot be converted.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(lifetime: &str) -> Pin<Box<dyn Future<Output = Result<u64, AuthError>> + '_>> {
    Box::pin(async move {
        let lifetime = lifetime.parse::<u64>()?; //~ ?
        Ok(lifetime)
    })
}

fn main() {}
