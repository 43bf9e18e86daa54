//! The owner is a type, not a name.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = "Contoso")] //~ "Contoso"
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
