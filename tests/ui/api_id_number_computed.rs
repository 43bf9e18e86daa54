//! The derive cannot evaluate expressions.

use token_telemetry::ApiId;

pub struct Contoso;

const BASE: u32 = 1000;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = BASE + 4, //~ BASE + 4
}

fn main() {}
