//! A half-open range is easily misread.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [3000..3100])] //~ ..
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
