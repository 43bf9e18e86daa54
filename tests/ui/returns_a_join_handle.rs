//! A join handle is not the token.

mod sdk;

use sdk::{AuthError, ContosoApi, acquire_token};
use tokio::task::JoinHandle;

#[acquire_token(api = ContosoApi::AcquireToken)]
pub async fn acquire_token() -> Result<JoinHandle<String>, AuthError> { //~ JoinHandle
    Ok(tokio::spawn(async { String::new() }))
}

fn main() {}
