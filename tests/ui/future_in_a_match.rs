//! A variable hides which future the function returns.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(cached: bool) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    match cached { //~ match
        true => Box::pin(async { Ok(1) }),
        false => Box::pin(async { Err(AuthError) }),
    }
}

fn main() {}
