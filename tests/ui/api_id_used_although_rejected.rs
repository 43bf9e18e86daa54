//! A rejected enum causes no errors where it is used.

use token_telemetry::{ApiId, acquire_token};

#[derive(ApiId, Clone, Copy)]
#[repr(u32)]
pub enum ContosoApi { //~ ContosoApi
    AcquireTokenForClient = 1004,
}

#[acquire_token(api = ContosoApi::AcquireTokenForClient)]
pub async fn acquire_token_for_client() -> Result<String, std::fmt::Error> {
    Ok(String::new())
}

fn main() {}
