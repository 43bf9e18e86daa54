//! A box around the owner would own the numbers once more.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Box<Contoso>)] //~ Box
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
