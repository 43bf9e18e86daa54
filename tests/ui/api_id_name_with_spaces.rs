//! The name contains characters that metrics do not accept.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    #[api_id(name = "acquire silently")] //~ "acquire silently"
    AcquireTokenSilent = 1007,
}

fn main() {}
