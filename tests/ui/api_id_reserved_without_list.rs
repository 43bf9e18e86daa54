//! Reserved numbers are in brackets.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = 2002)] //~ 2002
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
