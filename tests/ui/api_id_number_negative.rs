//! rustc alone rejects the sign.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = -1004, //~ -1004
}

fn main() {}
