//! Imports that only the arguments use count as used.

#![deny(unused_imports)]

mod sdk;

use sdk::{AuthError, acquire_token};

mod ids {
    pub use super::sdk::ContosoApi as Api;
    pub fn describe(_: &super::AuthError) -> token_telemetry::ErrorInfo {
        token_telemetry::ErrorInfo::unknown()
    }
    pub fn read(_: &String) -> token_telemetry::TokenInfo {
        token_telemetry::TokenInfo::new()
    }
    pub fn telemetry() -> token_telemetry::Telemetry {
        token_telemetry::Telemetry::global()
    }
}

use ids::{Api, describe, read, telemetry};

#[acquire_token(api = Api::AcquireToken, error_info = describe, token_info = read, telemetry = telemetry(), level = 1)] //~ level
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
