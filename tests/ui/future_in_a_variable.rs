//! The attribute would only time the construction of the future.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> impl Future<Output = Result<String, AuthError>> {
    let future = async { Ok(String::new()) };
    future //~ future
}

fn main() {}
