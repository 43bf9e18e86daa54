//! The caller needs a future that may change its thread.

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
pub async fn acquire_token() -> Result<usize, AuthError> {
    let token = std::rc::Rc::new(1);
    std::future::ready(()).await;
    Ok(*token)
}

pub fn spawn() {
    fn is_send(_: impl Send) {}
    is_send(acquire_token()); //~ acquire_token
}

fn main() {}
