//! A join handle is not the token.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<tokio::task::JoinHandle<String>, AuthError> { //~ JoinHandle
    Ok(tokio::spawn(async { String::new() }))
}

fn main() {}
