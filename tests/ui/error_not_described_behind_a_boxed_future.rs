//! The alias hides the error, and the owner describes another one.

use futures::future::BoxFuture;
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

pub struct BrokerError;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> BoxFuture<'static, Result<String, BrokerError>> { //~ BoxFuture
    Box::pin(async move { Err(BrokerError) })
}

fn main() {}
