//! The enum does not derive `ApiId`.

mod sdk;

use sdk::{AuthError, acquire_token};

#[derive(Clone, Copy)]
pub enum BrokerApi {
    AcquireToken = 2004,
}

#[acquire_token(api = BrokerApi::AcquireToken)] //~ BrokerApi
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
