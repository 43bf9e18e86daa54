//! The block must move what it uses.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(token: String) -> impl Future<Output = Result<usize, AuthError>> {
    async { //~ async
        Ok(token.len())
    }
}

fn main() {}
