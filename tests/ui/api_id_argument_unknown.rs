//! A misspelled argument.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserve = [2002])] //~ reserve
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
