//! The list contains a number twice.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [3000..=3099, 3050])] //~ 3050
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
