//! `#[async_trait]` writes the output type, so the error points at the name.

use async_trait::async_trait;
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

pub struct Client;

#[async_trait]
pub trait Credential {
    async fn acquire_token(&self);
}

#[async_trait]
impl Credential for Client {
    #[acquire_token(api = ContosoApi::AcquireToken)]
    async fn acquire_token(&self) {} //~ acquire_token
}

fn main() {}
