//! Borrow checker errors point at the user's code.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token(token: &mut String) -> Result<&mut String, AuthError> {
    let first = &mut *token;
    token.push('!'); //~ token
    first.push('?');
    Ok(token)
}

fn main() {}
