//! The error suggests the similar argument.

use token_telemetry::{ApiId, DescribeError, ErrorInfo, Telemetry, acquire_token};

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireToken = 1004,
}

#[derive(Debug)]
pub struct AuthError;

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}

#[acquire_token(api = ContosoApi::AcquireToken, telemtry = telemetry)] //~ telemtry
pub async fn acquire_token(telemetry: Telemetry) -> Result<Telemetry, AuthError> {
    Ok(telemetry)
}

fn main() {}
