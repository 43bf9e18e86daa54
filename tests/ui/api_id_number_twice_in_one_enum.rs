//! rustc refuses a number that is twice in one enum, once.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi { AcquireTokenForClient = 1004, AcquireTokenSilent = 1004 } //~ pub enum ContosoApi

fn main() {}
