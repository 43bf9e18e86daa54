//! 0 means an unknown API.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 0, //~ 0
    AcquireTokenSilent = 1007,
}

fn main() {}
