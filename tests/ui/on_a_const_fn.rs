//! There is no clock at compile time.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub const fn acquire_token() -> Result<u8, AuthError> { //~ const
    Ok(1)
}

fn main() {}
