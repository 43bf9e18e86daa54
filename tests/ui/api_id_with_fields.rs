//! A variant has fields.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient(u8) = 1004, //~ (u8)
}

fn main() {}
