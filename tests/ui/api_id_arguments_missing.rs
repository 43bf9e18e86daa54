//! The attribute without its parentheses.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
#[api_id] //~ api_id
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
