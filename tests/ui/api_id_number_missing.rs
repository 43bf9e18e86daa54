//! An implicit number changes when variants move.

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
