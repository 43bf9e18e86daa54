//! The future does its work after the call ends.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> impl Future<Output = Result<String, AuthError>> { //~ Future
    async { Ok(String::new()) }
}

fn main() {}
