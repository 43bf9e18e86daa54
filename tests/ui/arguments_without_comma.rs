//! Arguments are separated by commas.

mod sdk;

use sdk::{AuthError, acquire_token};

#[acquire_token(api = ContosoApi::AcquireToken background)] //~ background
pub async fn acquire_token() -> Result<String, AuthError> {
    Ok(String::new())
}

fn main() {}
