//! There is no such type.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api = BrokerApi::AcquireToken)] //~ BrokerApi
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
