//! The argument `error_info` is called `err`.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use token_telemetry::ErrorInfo;

fn describe(_: &AuthError) -> ErrorInfo {
    ErrorInfo::new("auth_error")
}

#[acquire_token(api = ContosoApi::AcquireToken, err = describe)] //~ err
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
