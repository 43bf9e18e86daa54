//! A variant has an unknown argument.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    #[api_id(nam = "silent")] //~ nam
    AcquireTokenSilent = 1007,
}

fn main() {}
