//! 0 is never an id, so it cannot be reserved.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [0])] //~ 0
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
