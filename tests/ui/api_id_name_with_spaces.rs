//! A name that metrics could not carry.

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
