//! A misspelled owner causes one error, at the owner.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contosa)] //~ Contosa
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
    AcquireTokenSilent = 1007,
}

fn main() {}
