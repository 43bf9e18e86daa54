//! rustc alone rejects a duplicate number in one enum.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi { AcquireTokenForClient = 1004, AcquireTokenSilent = 1004 } //~ pub enum ContosoApi

fn main() {}
