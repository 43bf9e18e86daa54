//! Borrow checker errors point at the user's code.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token<'a>() -> Result<&'a str, AuthError> {
    let token = String::new();
    Ok(&token) //~ Ok
}

fn main() {}
