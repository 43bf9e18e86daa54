//! A method without a body has nothing to measure.

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

pub trait Credential {
    #[acquire_token(api = ContosoApi::AcquireToken)]
    fn acquire_token(&self) -> Result<String, AuthError>; //~ acquire_token
}

fn main() {}
