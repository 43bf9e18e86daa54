//! Metrics could not distinguish two ids with one name.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
    #[api_id(name = "AcquireTokenForClient")] //~ "AcquireTokenForClient"
    AcquireTokenForApp = 1005,
}

fn main() {}
