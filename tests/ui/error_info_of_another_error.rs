//! The function reads another type of error.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use token_telemetry::ErrorInfo;

fn describe(_: &str) -> ErrorInfo {
    ErrorInfo::unknown()
}

#[acquire_token(api = ContosoApi::AcquireToken, error_info = describe)] //~ describe
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
