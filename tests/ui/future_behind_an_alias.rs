//! The attribute would only time the construction of the future.

mod sdk;

use futures::future::BoxFuture;
use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> BoxFuture<'static, Result<String, AuthError>> {
    futures::FutureExt::boxed(std::future::ready(Ok(String::new()))) //~ futures
}

fn main() {}
