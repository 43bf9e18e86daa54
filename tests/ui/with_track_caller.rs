//! The body cannot see the location of the caller.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
#[track_caller] //~ track_caller
pub fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
