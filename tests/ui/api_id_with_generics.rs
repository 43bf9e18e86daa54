//! The enum has generics.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi<const N: u32> { //~ <const N: u32>
    AcquireTokenForClient = 1004,
}

fn main() {}
