//! A misspelt owner is refused where it is written, and nowhere else.

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
