//! Only one enum per owner may have a `reserved` list.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2002])]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [2003])] //~ reserved
pub enum BrokerApi {
    AcquireToken = 1,
}

fn main() {}
