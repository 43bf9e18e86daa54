//! A type parameter that is a future.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token<F>(token: F) -> Result<F, AuthError> //~ F
where
    F: Send + Future<Output = String>,
{
    Ok(token)
}

fn main() {}
