//! One compile reports all mistakes.

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

#[acquire_token(
    telemtry = telemetry, //~ telemtry
    nested = record, //~ nested
    own_record,
    own_record, //~ own_record
    background = true, //~ background
    crate = token_telemetry, //~ token_telemetry
    api = , //~ api
)]
pub const extern "C" fn acquire_token() -> Option<String> { //~ const //~ extern //~ Option
    None
}

fn main() {}
