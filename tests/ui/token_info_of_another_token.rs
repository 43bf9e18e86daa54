//! The function reads another type of token.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use token_telemetry::TokenInfo;

fn read(_: &u8) -> TokenInfo {
    TokenInfo::new()
}

#[acquire_token(api = ContosoApi::AcquireToken, token_info = read)] //~ read
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
