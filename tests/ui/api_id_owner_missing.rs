//! The owner of the numbers is missing.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
pub enum ContosoApi { //~ ContosoApi
    AcquireTokenForClient = 1004,
}

fn main() {}
