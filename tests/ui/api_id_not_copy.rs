//! Ids are passed by value.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi { //~ ContosoApi
    AcquireTokenForClient = 1004,
}

fn main() {}
