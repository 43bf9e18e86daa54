//! The integer type is not one of API ids.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u8)] //~ u8
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 104,
}

fn main() {}
