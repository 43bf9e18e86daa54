//! A range without an end.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [3000..])] //~ 3000..
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
