//! Names resolve as in a plain function.

use token_telemetry::{ApiId, DescribeError, ErrorInfo, acquire_token};

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

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(cache.get()) //~ cache
}

fn main() {}
