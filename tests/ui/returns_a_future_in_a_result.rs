//! The future does its work after the call ends.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> Result<impl Future<Output = String>, AuthError> { //~ Future
    Ok(std::future::ready(String::new()))
}

fn main() {}
