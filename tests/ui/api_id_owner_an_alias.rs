//! The alias hides the box around the owner.

use token_telemetry::ApiId;

pub struct Contoso;

type Boxed = Box<Contoso>;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Boxed)] //~ Boxed
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

fn main() {}
