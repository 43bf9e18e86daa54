//! The enum has no `#[repr]`.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[api_id(owner = Contoso)]
pub enum ContosoApi { //~ ContosoApi
    AcquireTokenForClient = 1004,
}

fn main() {}
