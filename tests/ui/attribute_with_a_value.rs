//! The compiler itself rejects the form `#[attribute = …]`.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token = "AcquireToken"] //~ #[acquire_token
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
