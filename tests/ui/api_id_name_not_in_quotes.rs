//! The name is not in quotes.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    #[api_id(name = Silent)] //~ Silent
    AcquireTokenSilent = 1007,
}

fn main() {}
