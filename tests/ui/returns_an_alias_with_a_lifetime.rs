//! The alias hides that the type is not a `Result`.

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

type Answer<'a> = Option<&'a str>;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(scope: &str) -> Answer<'_> { //~ Answer
    Some(scope)
}

fn main() {}
