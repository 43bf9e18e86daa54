//! An argument is given twice.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, owner = Contoso)] //~ owner
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
