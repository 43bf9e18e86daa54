//! A number that is counted by position would move with the lines above it.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
    AcquireTokenSilent, //~ AcquireTokenSilent
}

fn main() {}
