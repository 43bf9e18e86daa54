//! The number is too large for an API id.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 5_000_000_000, //~ 5_000_000_000
}

fn main() {}
