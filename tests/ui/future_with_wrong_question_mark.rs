//! The error cannot be converted.

use std::pin::Pin;

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
pub fn acquire_token(lifetime: &str) -> Pin<Box<dyn Future<Output = Result<u64, AuthError>> + '_>> {
    Box::pin(async move {
        let lifetime = lifetime.parse::<u64>()?; //~ ?
        Ok(lifetime)
    })
}

fn main() {}
