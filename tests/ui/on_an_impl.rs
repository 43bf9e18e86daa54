//! The attribute is on an `impl`.

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

pub struct Client;

#[acquire_token(api = ContosoApi::AcquireToken)]
impl Client { //~ impl
    pub async fn acquire_token(&self) -> Result<String, AuthError> {
        Ok(String::new())
    }
}

fn main() {}
