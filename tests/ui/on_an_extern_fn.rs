//! Foreign callers cannot receive a `Result`.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub extern "C" fn acquire_token() -> Result<u8, AuthError> { //~ extern
    Ok(1)
}

fn main() {}
