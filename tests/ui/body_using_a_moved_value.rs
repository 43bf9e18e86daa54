//! Borrow checker errors point at the user's code.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(token: String) -> Result<String, AuthError> {
    drop(token);
    Ok(token) //~ token
}

fn main() {}
