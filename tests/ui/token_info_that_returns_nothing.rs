//! The function does not return a `TokenInfo`.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

fn read(_: &String) {}

#[acquire_token(api = ContosoApi::AcquireToken, token_info = read)] //~ read
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
