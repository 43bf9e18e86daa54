//! More reserved numbers than the limit.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002, 3000..=3255])] //~ 3000..=3255
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
