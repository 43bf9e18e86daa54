//! The caller creates the future by awaiting.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> impl IntoFuture<Output = Result<String, AuthError>> { //~ IntoFuture
    async move { Ok(String::new()) }
}

fn main() {}
