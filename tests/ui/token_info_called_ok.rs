//! The argument `token_info` is called `ok`.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use token_telemetry::TokenInfo;

fn read(_: &String) -> TokenInfo {
    TokenInfo::new()
}

#[acquire_token(api = ContosoApi::AcquireToken, ok = read)] //~ ok
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
