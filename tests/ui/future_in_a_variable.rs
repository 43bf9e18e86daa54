//! The attribute would only time the construction of the future.

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
pub fn acquire_token() -> impl Future<Output = Result<String, AuthError>> {
    let future = async { Ok(String::new()) };
    future //~ future
}

fn main() {}
