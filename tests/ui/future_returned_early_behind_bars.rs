//! One of the futures would not be measured; the bars before it are not a closure.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(cached: bool, stale: bool) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    if cached || stale {
        return Box::pin(std::future::ready(Ok(1))); //~ return
    }
    Box::pin(async move { Err(AuthError) })
}

fn main() {}
