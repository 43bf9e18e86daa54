//! A reference to the owner would be a second owner.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = &'static Contoso)] //~ &
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
