//! A type parameter that is a future.

use token_telemetry::{ApiId, DescribeError, ErrorInfo, acquire_token};

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireToken = 1004,
}

pub struct AuthError;

impl DescribeError<AuthError> for Contoso {
    fn describe(_: &AuthError) -> ErrorInfo {
        ErrorInfo::new("auth_error")
    }
}

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token<F>(token: F) -> Result<F, AuthError> //~ F
where
    F: Send + Future<Output = String>,
{
    Ok(token)
}

fn main() {}
