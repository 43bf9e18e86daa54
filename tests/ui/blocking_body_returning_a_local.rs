//! Borrow checker errors point at the user's code.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub fn acquire_token(token: &str) -> Result<&str, AuthError> {
    let token = token.to_owned();
    Ok(token.as_str()) //~ Ok
}

fn main() {}
