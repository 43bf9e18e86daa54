//! Two enums of one owner cannot share a number.

use token_telemetry::ApiId;

pub struct Contoso;

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
#[api_id(owner = Contoso)]
pub enum ContosoApi {
    AcquireTokenForClient = 1004,
}

mod broker {
    use token_telemetry::ApiId;

    #[derive(ApiId, Clone, Copy)]
    #[repr(u32)]
    #[api_id(owner = super::Contoso)]
    pub enum BrokerApi {
        AcquireToken = 1004, //~ 1004
    }
}

fn main() {}
