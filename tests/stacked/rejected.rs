//! Attributes above ours that leave no async block to instrument.

use std::pin::Pin;

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
    async fn below_fastrace(&self) -> Result<String, AuthError>;
    async fn below_autometrics(&self) -> Result<String, AuthError>;
}

#[async_trait]
impl Credential for Client {
    #[fastrace::trace]
    #[acquire_token(api = ContosoApi::AcquireToken)]
    async fn below_fastrace(&self) -> Result<String, AuthError> {
        Ok(String::new())
    }

    #[autometrics::autometrics]
    #[acquire_token(api = ContosoApi::AcquireToken)]
    async fn below_autometrics(&self) -> Result<String, AuthError> {
        Ok(String::new())
    }
}

#[fastrace::trace]
#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn boxed_below_fastrace() -> Pin<Box<dyn Future<Output = Result<String, AuthError>>>> {
    Box::pin(async move { Ok(String::new()) })
}

#[autometrics::autometrics]
#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn boxed_below_autometrics() -> Pin<Box<dyn Future<Output = Result<String, AuthError>>>> {
    Box::pin(async move { Ok(String::new()) })
}

#[autometrics::autometrics]
#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn opaque_below_autometrics() -> impl Future<Output = Result<String, AuthError>> {
    async move { Ok(String::new()) }
}

fn main() {}
