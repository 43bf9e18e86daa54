//! The attribute would only time the construction of the future.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

async fn fetch() -> Result<String, AuthError> {
    Ok(String::new())
}

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Pin<Box<dyn Future<Output = Result<String, AuthError>>>> {
    Box::pin(fetch()) //~ Box
}

fn main() {}
