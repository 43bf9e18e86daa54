//! Only the crate of the owner can claim its numbers.

use token_telemetry::ApiId;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = token_telemetry::api::Msal)] //~ token_telemetry
pub enum ContosoApi {
    AcquireTokenForClient = 1004, //~ 1004
}

fn main() {}
