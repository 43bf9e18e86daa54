//! The caller creates the future by awaiting.

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
pub fn acquire_token() -> impl IntoFuture<Output = Result<String, AuthError>> { //~ IntoFuture
    async move { Ok(String::new()) }
}

fn main() {}
