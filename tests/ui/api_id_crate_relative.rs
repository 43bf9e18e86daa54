//! The meaning of a relative path to the runtime depends on the module.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, crate = token_telemetry)] //~ token_telemetry
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
