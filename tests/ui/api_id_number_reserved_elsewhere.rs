//! Another enum of the owner reserves the number.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso, reserved = [3000..=3099])]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum BrokerApi {
    AcquireToken = 3050, //~ 3050
}

fn main() {}
