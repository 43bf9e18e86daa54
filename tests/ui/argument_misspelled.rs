//! The error suggests the similar argument.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use token_telemetry::Telemetry;

#[acquire_token(api = ContosoApi::AcquireToken, telemtry = telemetry)] //~ telemtry
pub async fn acquire_token(telemetry: Telemetry) -> Result<Telemetry, AuthError> {
    Ok(telemetry)
}

fn main() {}
