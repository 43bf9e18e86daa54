//! A `return` among the arguments of a macro leaves the function, too.

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
pub fn acquire_token(cached: bool) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    println!("{}", if cached { 1 } else { return Box::pin(std::future::ready(Ok(1))) }); //~ return
    Box::pin(async move { Err(AuthError) })
}

fn main() {}
