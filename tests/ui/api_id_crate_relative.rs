//! A path to the runtime that means something else in each module.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, crate = token_telemetry)] //~ token_telemetry
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
