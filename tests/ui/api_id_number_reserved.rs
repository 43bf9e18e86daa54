//! The same enum reserves the number.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002, 3000..=3099])]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
    AcquireTokenSilent = 3050, //~ 3050
}

fn main() {}
