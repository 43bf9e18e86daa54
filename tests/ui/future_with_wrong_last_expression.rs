//! The last expression of the block has another type.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token() -> impl Future<Output = Result<String, AuthError>> {
    async move {
        String::new() //~ String
    }
}

fn main() {}
