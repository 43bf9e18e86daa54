//! A `return` among the arguments of a macro leaves the function, too.

mod sdk;

use std::pin::Pin;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(cached: bool) -> Pin<Box<dyn Future<Output = Result<u8, AuthError>>>> {
    println!("{}", if cached { 1 } else { return Box::pin(std::future::ready(Ok(1))) }); //~ return
    Box::pin(async move { Err(AuthError) })
}

fn main() {}
