//! The number does not fit in the integer type of the enum.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u16)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 70_000, //~ 70_000
}

fn main() {}
